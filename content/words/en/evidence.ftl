# Words for what was checked, shown beside an answer

evidence-check-updates = Updates
evidence-check-antivirus = Anti-virus
evidence-check-firewall = Firewall (the wall that stops connections)
evidence-check-disk-encryption = Disk encryption
evidence-check-password-policy = Password rules
evidence-check-lockout = Lock-out after wrong passwords
evidence-check-unused-accounts = Unused accounts
evidence-check-backup = Backup (a copy of your data)

evidence-state-confirmed = We checked, and it is as you answered
evidence-state-contradicted = What we saw differs from your answer
evidence-state-unmeasured = This cannot be checked from this device
evidence-state-stale = It has been a while since this was checked
evidence-state-partly = Only part of this was checked

evidence-updates-current = All security updates that this device knows of are installed.
evidence-updates-missing = { $count ->
    [one] One security update is not installed; it came out at least { $days } { $days ->
        [one] day
       *[other] days
    } ago.
   *[other] { $count } security updates are not installed; the oldest came out at least { $days } { $days ->
        [one] day
       *[other] days
    } ago.
}
evidence-updates-unknown-age = Some updates are not installed, but we cannot tell when they came out.
evidence-updates-no-package-lists = This device has no list of updates, or only an old one, so we cannot tell whether any are missing.
evidence-updates-unsupported = Updates cannot be checked on this operating system.

evidence-antivirus-running = { $name } is running.
evidence-antivirus-installed-not-running = { $name } is installed but not running. It cannot stop viruses at the moment.
evidence-antivirus-definitions-old = The virus list of { $name } is { $days } { $days ->
    [one] day
   *[other] days
} old. It may miss new viruses.
evidence-antivirus-none = No anti-virus software was found.

evidence-firewall-active = { $name } is on and limits connections from outside.
evidence-firewall-inactive = { $name } is installed but not on. Connections to this device are not limited.
evidence-firewall-none = No firewall was found. Nothing on this device stops connections.
evidence-firewall-needs-root = Looking at the firewall needs administrator rights, so we could not check it.

evidence-disk-encryption-encrypted = The disk is encrypted. If it is lost while switched off, others cannot read it.
evidence-disk-encryption-not-encrypted = The disk is not encrypted. If it is lost, others may read it.
evidence-disk-encryption-partly = Only part of the disk is encrypted. If it is lost, others may read the rest.
evidence-disk-encryption-unknown = We cannot tell from this device whether the disk is encrypted.

evidence-password-policy-strong = Passwords shorter than { $length } characters are refused.
evidence-password-policy-weak = Passwords of only { $length } characters are accepted. That is too short; ask for ten or more.
evidence-password-policy-none = No minimum length is set for passwords. Short ones are accepted.
evidence-password-policy-empty-passwords = { $count ->
    [one] One account has no password. Anyone may be able to get in.
   *[other] { $count } accounts have no password. Anyone may be able to get in.
}
evidence-password-policy-needs-root = Looking at passwords needs administrator rights, so we could not check them.

evidence-lockout-active = After { $tries } wrong { $tries ->
    [one] password
   *[other] passwords
}, sign-in is blocked for a while.
evidence-lockout-none = Passwords can be tried again and again without end. Someone may guess one.
evidence-lockout-unknown = We could not tell whether wrong passwords lead to a lock-out.

evidence-unused-accounts-none = No account was found that has long been unused.
evidence-unused-accounts-found = { $count ->
    [one] One account has
   *[other] { $count } accounts have
} not been used for more than { $days } { $days ->
    [one] day
   *[other] days
} ({ $names }). Stop what is not needed.
evidence-unused-accounts-never-signed-in = { $count ->
    [one] One account has
   *[other] { $count } accounts have
} no record of ever being used ({ $names }). Stop what is not needed.
evidence-unused-accounts-needs-root = Seeing how accounts are used needs administrator rights, so we could not check it.

evidence-backup-recent = The last copy by { $tool } was made { $days ->
    [0] today
    [one] { $days } day ago
   *[other] { $days } days ago
}.
evidence-backup-old = The last copy by { $tool } is { $days } { $days ->
    [one] day
   *[other] days
} old. Anything newer cannot be brought back.
evidence-backup-never = { $tool } is set up, but there is no record of a copy being made.
evidence-backup-none = No sign of a backup was found. If you make copies in another way, note how.

# Words that the agent's program says at the terminal

agent-enrolled = This machine now belongs to your company and can be watched.
    Server: { $url }
    Device: { $device }
    Next, start the watch: komainu-agent run
agent-enrol-line = This is not an invitation line. Copy the whole line that begins with "komainu1." from the page "Devices".
agent-enrol-already = This machine has joined a company already. To join another one, first run: komainu-agent uninstall
agent-enrol-answer = The server's answer does not fit the invitation. Nothing was kept. Ask for a new invitation line.
agent-enrol-refused = The server did not accept the invitation ({ $cause }). It may have been used already, or be too old. Ask for a new invitation line.
agent-away = The server cannot be reached. Check that it is running and that this machine is on the network, then try again. ({ $cause })
agent-not-enrolled = This machine has not joined a company yet. Get an invitation line from the page "Devices", then run: komainu-agent enrol LINE
agent-running = The agent is already running with this folder. Stop it first.
agent-retired = The server no longer accepts this device: it was removed on the page "Devices". The watch has stopped. To watch this machine again, run "komainu-agent uninstall" and join with a new invitation line.
agent-failed = It did not work: { $cause }

agent-check-heading = The state of this machine
agent-state-good = [good]
agent-state-partly = [partly]
agent-state-bad = [not yet]
agent-state-unmeasured = [unknown]

agent-eyes-heading = What the agent can see here
agent-eye-sign-in = Sign-ins
agent-eye-process = Programs that start
agent-eye-file = Changed files
agent-eye-account = Accounts
agent-eye-cron = Scheduled jobs
agent-eye-unit = Services
agent-eye-port = Open doors to the network (ports)
agent-eye-log = Guard of the logs
agent-eye-state-full = sees everything
agent-eye-state-reduced = sees part of it
agent-eye-state-off = sees nothing
agent-eye-why-needs-root = It sees more when it runs as administrator (root).
agent-eye-why-no-kernel-support = This system does not tell it everything, so it looks again and again, and may miss what is very short.
agent-eye-why-no-log = No log was found that it could read.
agent-eye-why-watch-limit = There are more folders than it may watch.

agent-act-failed-sign-ins = Six sign-ins with a wrong password
agent-act-test-file = A harmless test file that looks like a virus to scanners
agent-act-canaries-renamed = Decoy files renamed, as ransomware would
agent-act-shell-to-network = A command like one an intruder would type
agent-drill-seen = Done and seen: { $act }
agent-drill-unseen = Done but not seen: { $act }
agent-drill-failed = Not done: { $act } ({ $cause })
agent-drill-ended = The rehearsal is over, and everything is as it was before. The alerts in the portal are marked as a rehearsal. (Number: { $drill })
agent-drill-not-running = The agent is not running, so there is nothing to rehearse with. Start it first: komainu-agent run
agent-drill-rights = You may not speak to the agent. Run this again as the administrator (root).

agent-uninstall-ask = This removes the agent's key and everything that still waits to be sent, from { $data }. Then this machine is no longer watched. Remove? [y/N]
agent-uninstall-say-yes = Nobody is here to ask. To remove without asking, add --yes
agent-uninstall-kept = Nothing was removed.
agent-uninstall-nothing = There is nothing to remove in { $data }.
agent-uninstalled = The agent's data was removed from this machine. Remove the device on the page "Devices" too.

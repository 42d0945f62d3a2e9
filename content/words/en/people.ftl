# The people of a company
people-title = People
people-what = Who uses Komainu at your company, and in which role.
people-see = See the people
people-see-and-invite = See the people, or invite somebody
people-back = Back to the people
people-name = Name
people-mail = Mail address
people-role = Role
people-you = you
people-password = Password
people-password-hint = 10 characters or more
people-role-owner = Owner
people-role-lead = Person in charge
people-role-staff = Staff
people-role-owner-is = Owner: decides everything, declares, and invites people
people-role-lead-is = Person in charge: runs the assessment, the plan and the watch
people-role-staff-is = Staff: learns, reads notices, and calls for help
people-change-one = Change the role of { $name }
people-role-change = Change the role
people-leave = Remove from the company
people-leave-what = This person can no longer sign in. The record of what they did stays. If you invite them again, they can come back.
people-leave-me = You remove yourself. You are signed out at once and can no longer sign in to this company.
people-invite = Invite somebody
people-invite-what = We send an invitation by mail. Its link works for 14 days.
people-invite-without-mail = Sending mail is not set up. Make the invitation, and hand its link to the person yourself. It works for 14 days.
people-invite-send = Invite
people-invitations = Invitations waiting for an answer
people-invited-until = Works until { $day }
people-invitation-over = Expired
people-link = Link of the invitation
people-link-hint = Give it to this person only. Whoever opens it can join your company
people-link-copy = Copy the link
people-link-copied = Copied
people-invite-again = Send again
people-invite-withdraw = Withdraw
people-join-title = Join { $company }
people-join-lead = Tell us your name and choose how to sign in. It takes a minute.
people-join-you = You
people-join-signed-in = You are signed in as somebody else. If you go on, you will be signed in as the person who was invited.
people-join-send = Join with a password
people-letter-subject = Invitation to Komainu at { $company }
people-letter =
    { $inviter } invites you to Komainu at { $company }.

    Komainu protects the company from cyberattacks and other trouble, and helps it go digital.
    Open this link, tell us your name and choose how to sign in. It takes a minute.

    { $link }

    The link works once, until { $until }. Please do not pass it on.
    If you did not expect this letter, you need not do anything.
fault-people-not-a-mail = Please enter a mail address such as name@example.jp
fault-people-mail-taken = This mail address is in use already. If it is yours, please sign in
fault-people-here-already = This person is at your company already
problem-people-last-owner = This would leave the company without an owner, so it cannot be done. First make somebody else an owner.
problem-people-no-invitation = This invitation does not work. It has been used, withdrawn, or has expired. Ask whoever invited you to send it again.
problem-people-mail-taken = The mail address that was invited is in use elsewhere already. Ask to be invited at another address.
problem-people-too-many = People and invitations together can be up to 1000.
field-role = Role

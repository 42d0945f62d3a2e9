# When something happens
help-title = Help
help-lead = It will be all right. Choose what comes closest, and see what to do first.
help-alerts = If it is about an alert of the watch, press "Help!" on the alert's page.
help-to-alerts = See the alerts
help-calm = Stay calm, and go from the top.
help-first = What to do first
help-never = What not to do
help-open = Open an incident
help-open-text = This makes a page where you write down what is done. Everybody at your company can see it.
help-story = What happened?
help-story-hint = Only what you know. You may leave it empty. Do not write passwords here.
help-go = Open an incident
help-sign-in = Sign in to make a page for it.
help-back = Choose another

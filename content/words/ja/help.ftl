# 困ったとき
help-title = 困ったとき
help-lead = だいじょうぶです。近いものを1つ選んでください。最初にすることをお見せします。
help-alerts = 見守り役の警告について困っているときは、警告のページから「困った」を押してください。
help-to-alerts = 警告を見る
help-calm = 落ち着いて、上から順に進めてください。
help-first = 最初にすること
help-never = しないこと
help-open = 対応を始める
help-open-text = 対応を始めると、したことを書き残すページができます。会社のみんなが見られます。
help-story = 何が起きましたか
help-story-hint = わかることだけでかまいません。書かなくても始められます。パスワードは書かないでください。
help-go = 対応を始める
help-sign-in = サインインすると、対応のページを作れます。
help-back = ほかのものを選ぶ

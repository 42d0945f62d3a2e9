# 計画
plan-title = やること
plan-lead = 診断で見つかった弱いところを直す、一つずつのやることです。上から順に進めてください。
plan-not-answered = まだ診断の結果がありません。診断に答えると、やることがここに並びます。
plan-to-assessment = 自社診断へ
plan-due-now = 期限が今日か、過ぎたやることが{ $n }件あります。
plan-counts = まだ { $open }件・済み { $done }件・やらない { $dropped }件
plan-filter = この条件で見る
plan-filter-state = 状態
plan-filter-person = 担当
plan-sort = 並べ方
plan-sort-plan = 効き目の大きい順
plan-sort-due = 期限の近い順
plan-state-open = まだ
plan-state-done = 済み
plan-state-dropped = やらない
plan-state-all = すべて
plan-person-all = みんな
plan-person-nobody = まだ決めていない
plan-empty = この条件に合うやることはありません。
plan-empty-yet = やることは、まだありません。
plan-minutes = およそ{ $n }分
plan-due-on = { $day }まで
plan-late = 期限を過ぎました
plan-today = 今日が期限です
plan-doer-owner = 経営者
plan-doer-lead = 担当者
plan-doer-everyone = みんな
plan-print = 印刷用の一覧
plan-calendar = 期限をカレンダーに入れる（iCalendar）
plan-order-text = どの会社にも欠かせない6つのことを先に、次に、手間のわりに効き目の大きいものから並べています。時間は、10人ほどの会社での目安です。

# 一つのやること
plan-why = なぜ
plan-how = どうやって
plan-takes = かかる時間
plan-doer = 主にする人
plan-person = 担当
plan-due = 期限
plan-no-due = 決めていません
plan-question = もとの質問
plan-answer = 今の答え
plan-settled = { $when }に{ $name }が記録
plan-done-title = 済んだら
plan-done = 済みにする
plan-reopen = まだ済んでいないことにする
plan-answer-again = この質問に答え直す
plan-answer-again-text = やることを済ませても、診断の答えはそのままです。よくなったと思ったら、答え直してください。
plan-assign-title = だれが、いつまでに
plan-assign = 決める
plan-assign-text = 人を決めると、その人にメールで知らせます（メールの設定があるとき）。
plan-drop-title = これはやらないことにする
plan-drop-reason = やらない理由
plan-drop = やらないことにする
plan-take-back = やっぱり、やることに戻す
plan-from-incident = 起きた困りごとから、やることに入りました。
plan-to-plan = やることの一覧へ

# 印刷用
plan-print-title = やることの一覧
plan-print-now = 印刷する
plan-print-text = ブラウザーの印刷（Ctrl+P）で紙に出せます。

# メール
plan-letter-subject = やることの担当になりました: { $title }
plan-letter-text =
    { $name }さん

    会社のやること「{ $title }」の担当になりました。

    なぜ: { $why }

    どうやって:
    { $how }

    かかる時間: およそ{ $minutes }分
    期限: { $due }

    済んだら、次の画面で「済みにする」を押してください。
    { $link }

plan-reminder-subject = 期限になりました: { $title }
plan-reminder-text =
    { $name }さん

    会社のやること「{ $title }」が期限になりました。

    期限: { $due }
    かかる時間: およそ{ $minutes }分

    なぜ: { $why }

    どうやって:
    { $how }

    済んだとき、期限を変えるときは、次の画面を開いてください。
    { $link }

# うまくいかないとき
problem-plan-not-yours = このやることを済みにできるのは、担当の人、担当者、経営者です。
problem-plan-step-is-open = このやることは、まだ済んでいません。画面を開き直してください。
problem-plan-step-is-done = このやることは、もう済んでいます。変えるには、まず「まだ済んでいないことにする」を押してください。
problem-plan-step-is-dropped = このやることは、やらないことになっています。まず、やることに戻してください。
fault-plan-day-passed = 過ぎた日は期限にできません

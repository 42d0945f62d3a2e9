# 見守り役（エージェント）が端末で話すことば

agent-enrolled = このパソコンが会社に登録され、見守れるようになりました。
    サーバー: { $url }
    端末: { $device }
    次に、見守りを始めてください: komainu-agent run
agent-enrol-line = これは招待の行ではありません。「端末」の画面で、「komainu1.」から始まる行を最後までコピーしてください。
agent-enrol-already = このパソコンは、もう会社に登録されています。別の会社に登録するときは、先に komainu-agent uninstall を実行してください。
agent-enrol-answer = サーバーの返事が招待と合いません。何も保存していません。新しい招待の行をもらってください。
agent-enrol-refused = サーバーが招待を受け付けませんでした（{ $cause }）。もう使われたか、期限が切れたのかもしれません。新しい招待の行をもらってください。
agent-away = サーバーにつながりません。サーバーが動いていること、このパソコンがネットワークにつながっていることを確かめて、もう一度試してください。（{ $cause }）
agent-not-enrolled = このパソコンは、まだ会社に登録されていません。「端末」の画面で招待の行をもらい、komainu-agent enrol 招待の行 を実行してください。
agent-running = 見守り役は、このフォルダーでもう動いています。先に止めてください。
agent-retired = サーバーがこの端末を受け付けなくなりました。「端末」の画面で外されたためです。見守りを止めました。もう一度見守るには、komainu-agent uninstall を実行し、新しい招待の行で登録してください。
agent-failed = うまくいきませんでした: { $cause }

agent-check-heading = このパソコンの状態
agent-state-good = ［よい］
agent-state-partly = ［一部］
agent-state-bad = ［まだ］
agent-state-unmeasured = ［不明］

agent-eyes-heading = ここで見えるもの
agent-eye-sign-in = サインイン
agent-eye-process = 動き始めたプログラム
agent-eye-file = ファイルの変化
agent-eye-account = アカウント
agent-eye-cron = 時間で動く予定
agent-eye-unit = サービス
agent-eye-port = ネットワークに開いた入口（ポート）
agent-eye-log = 記録（ログ）の番
agent-eye-state-full = すべて見えます
agent-eye-state-reduced = 一部が見えます
agent-eye-state-off = 見えません
agent-eye-why-needs-root = 管理者（root）で動かすと、もっと見えます。
agent-eye-why-no-kernel-support = このシステムはすべてを知らせてくれないため、くり返し見に行きます。とても短いものは見のがすことがあります。
agent-eye-why-no-log = 読める記録（ログ）が見つかりません。
agent-eye-why-watch-limit = 見られる数より多くのフォルダーがあります。

agent-act-failed-sign-ins = まちがったパスワードで6回のサインイン
agent-act-test-file = 害のない、ウイルス検査用のテストファイル
agent-act-canaries-renamed = ランサムウェアのように、おとりのファイルの名前を変える
agent-act-shell-to-network = 侵入者が打つような命令
agent-drill-seen = 実行し、見つけました: { $act }
agent-drill-unseen = 実行しましたが、見つかりませんでした: { $act }
agent-drill-failed = 実行できませんでした: { $act }（{ $cause }）
agent-drill-ended = 訓練が終わり、すべて元にもどしました。画面の知らせには「訓練」と付きます。（番号: { $drill }）
agent-drill-not-running = 見守り役が動いていないため、訓練できません。先に始めてください: komainu-agent run
agent-drill-rights = 見守り役に話しかける権限がありません。管理者（root）でもう一度実行してください。

agent-uninstall-ask = { $data } から、見守り役の鍵と、送信待ちの記録をすべて消します。このパソコンは見守られなくなります。消しますか？ [y/N]
agent-uninstall-say-yes = 確認する人がいません。確認なしで消すときは --yes を付けてください。
agent-uninstall-kept = 何も消していません。
agent-uninstall-nothing = { $data } には、消すものがありません。
agent-uninstalled = このパソコンから見守り役のデータを消しました。「端末」の画面でも、この端末を外してください。

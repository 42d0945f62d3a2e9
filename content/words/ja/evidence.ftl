# 答えの横に出す「確かめたこと」の言葉

evidence-check-updates = 更新
evidence-check-antivirus = ウイルス対策ソフト
evidence-check-firewall = ファイアウォール（通信を止める壁）
evidence-check-disk-encryption = ディスクの暗号化
evidence-check-password-policy = パスワードの決まり
evidence-check-lockout = 間違えたときの締め出し
evidence-check-unused-accounts = 使っていないアカウント
evidence-check-backup = バックアップ（データの写し）

evidence-state-confirmed = 答えのとおりだと確かめました
evidence-state-contradicted = 答えと違う様子が見えました
evidence-state-unmeasured = この機器からは確かめられません
evidence-state-stale = 確かめてから時間がたっています
evidence-state-partly = 一部だけ確かめました

evidence-updates-current = この機器が知っている安全のための更新は、すべて入っています。
evidence-updates-missing = 安全のための更新が{ $count }件、入っていません。いちばん古いものは、出てから{ $days }日以上たっています。
evidence-updates-unknown-age = 入っていない更新がありますが、いつ出たものかは分かりません。
evidence-updates-no-package-lists = 更新の一覧がこの機器にないか、古いので、足りない更新があるかを確かめられません。
evidence-updates-unsupported = この機器の基本ソフトでは、更新の様子を調べられません。

evidence-antivirus-running = { $name }が動いています。
evidence-antivirus-installed-not-running = { $name }は入っていますが、動いていません。今はウイルスを止められません。
evidence-antivirus-definitions-old = { $name }のウイルスの一覧が、{ $days }日前のままです。新しいウイルスを見逃すおそれがあります。
evidence-antivirus-none = ウイルス対策ソフトが見つかりません。

evidence-firewall-active = { $name }が動いていて、外からの通信を制限しています。
evidence-firewall-inactive = { $name }は入っていますが、動いていません。この機器への通信は制限されていません。
evidence-firewall-none = ファイアウォールが見つかりません。この機器には、通信を止める壁がありません。
evidence-firewall-needs-root = ファイアウォールを見るには、管理者の権限が要ります。今の権限では確かめられません。

evidence-disk-encryption-encrypted = ディスクは暗号化されています。電源を切ってあれば、なくしても、ほかの人は中身を読めません。
evidence-disk-encryption-not-encrypted = ディスクは暗号化されていません。なくすと、ほかの人に中身を読まれるおそれがあります。
evidence-disk-encryption-partly = ディスクの一部だけが暗号化されています。残りの部分は、なくすと読まれるおそれがあります。
evidence-disk-encryption-unknown = ディスクが暗号化されているか、この機器からは分かりません。

evidence-password-policy-strong = { $length }文字より短いパスワードは、使えない設定です。
evidence-password-policy-weak = { $length }文字のパスワードでも使える設定です。短すぎるので、10文字以上にしましょう。
evidence-password-policy-none = パスワードの長さを決める設定がありません。短いパスワードも使えてしまいます。
evidence-password-policy-empty-passwords = パスワードのないアカウントが{ $count }個あります。だれでも入れるおそれがあります。
evidence-password-policy-needs-root = パスワードの様子を見るには、管理者の権限が要ります。今の権限では確かめられません。

evidence-lockout-active = パスワードを{ $tries }回間違えると、しばらく入れなくなる設定です。
evidence-lockout-none = パスワードを何回間違えても、試し続けられる設定です。人に当てられるおそれがあります。
evidence-lockout-unknown = 間違えたときに締め出す設定があるか、分かりませんでした。

evidence-unused-accounts-none = 長く使われていないアカウントは、見つかりませんでした。
evidence-unused-accounts-found = { $days }日より長く使われていないアカウントが{ $count }個あります（{ $names }）。要らなければ止めましょう。
evidence-unused-accounts-never-signed-in = 一度も使われた記録のないアカウントが{ $count }個あります（{ $names }）。要らなければ止めましょう。
evidence-unused-accounts-needs-root = アカウントの使われ方を見るには、管理者の権限が要ります。今の権限では確かめられません。

evidence-backup-recent = { $tool }の写しは、{ $days ->
    [0] 今日取られています
   *[other] { $days }日前に取られています
}。
evidence-backup-old = { $tool }の最後の写しは{ $days }日前です。そのあとのデータは、なくなると戻せません。
evidence-backup-never = { $tool }の設定はありますが、写しを取った記録がありません。
evidence-backup-none = 写しを取っている様子が見つかりません。ほかの方法で取っている場合は、その方法を書いておいてください。

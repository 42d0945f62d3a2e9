# 宣言
declaration-title = 宣言
declaration-lead = 「情報セキュリティに取り組みます」と、会社が自分で外に向けて約束することです。お客さまや取引先に、取り組みを伝えられます。
declaration-level = 段階
declaration-level-one-star = ★ 一つ星の自己宣言
declaration-state = 今の状態
declaration-state-in-force = 宣言中
declaration-state-withdrawn = 取り下げ
declaration-edition-name = { $n }か条（{ $day }からの版）
declaration-column-edition = もとにした決まり
declaration-declared-day = { $day }に宣言
declaration-declared-on = 宣言した日
declaration-see = 宣言を見る
declaration-make-title = 宣言する
declaration-make-text = すべてできていなくても宣言できます。「これから取り組む」という約束だからです。10分ほどで終わります。
declaration-make = 宣言を書く
declaration-owner-only = 宣言するのは経営者です。
declaration-earlier-text = 前に宣言したことがありますか。
declaration-earlier = 前の宣言を記録する: { $edition }
declaration-history = 取り下げた宣言
declaration-to-list = 宣言の一覧へ

# 宣言を書く
declaration-new-title = 宣言を書く
declaration-new-text = 会社でしていること、これからすることを、自分たちの言葉で書いてください。例から選んで直すこともできます。書いたことは、だれでも見られるページに出ます。
declaration-new-earlier = 前に行った宣言を記録する画面です。宣言した日には、そのときの日を入れてください。
declaration-has-faults = まだ宣言していません。下の印のついたところを直してください。
declaration-suggestions = 例から選ぶ（{ $n }）
declaration-suggestions-text = 会社に合うものに印を付けてください。
declaration-add-picked = 印を付けた文を上に入れる
declaration-who-and-when = だれが、いつ
declaration-declarer = 宣言する人
declaration-declarer-hint = 会社を代表する人の役職と名前。例: 代表取締役 大和 花子
declaration-pledge-title = 約束
declaration-pledge = このとおり約束します
declaration-declare = 宣言する

# 一つの宣言
declaration-company = 会社
declaration-number = 自己宣言ID
declaration-number-missing = まだありません
declaration-number-unchecked = （会社が自分で入れた番号です）
declaration-number-title = IPAへの申し込みと自己宣言ID
declaration-number-text = ここで書いた宣言は、IPAには自動で届きません。IPAのサイトに申し込むと、11けたの自己宣言IDが出ます。出たら、ここに入れてください。
declaration-number-hint = 4か5で始まる11けたの数字
declaration-number-save = IDを保存する
declaration-apply = IPAの申し込みのサイトを開く（新しい画面）
declaration-articles = 取り組むこと
declaration-doing-none = まだ書いていません
declaration-pdf = PDFで開く（印刷用）
declaration-verification = 確かめるページ
declaration-verification-text = 次のページで、この宣言が今も続いているかを、だれでも確かめられます。
declaration-qr = 確かめるページのQRコード
declaration-withdrawn-day = { $day }に取り下げました。
declaration-withdraw-title = 宣言を取り下げる
declaration-withdraw-text = 取り下げると、確かめるページに「取り下げ」と出ます。元には戻せませんが、いつでも新しく宣言できます。IPAに申し込んであれば、IPAでの取りやめの手続きも必要です。
declaration-withdraw = 取り下げる

# だれでも見られるページ
declaration-verify-title = { $company }の自己宣言
declaration-verify-today = { $day }の状態です。
declaration-verify-in-force = この宣言は、今も続いています。
declaration-verify-withdrawn = この宣言は、{ $day }に会社が取り下げました。今は続いていません。
declaration-verify-own = 自分の会社も診断してみる（無料・登録なし）

# 印刷用
declaration-paper-title = 情報セキュリティの自己宣言
declaration-paper-printed-on = 印刷した日
declaration-column-number = 番号
declaration-column-article = 取り組むこと
declaration-column-doing = していること・これからすること

# うまくいかないとき
problem-declaration-in-force = 同じ決まりの宣言が、すでに続いています。書き直すには、先に今の宣言を取り下げてください。
problem-declaration-withdrawn = この宣言は、もう取り下げられています。
fault-declaration-day-to-come = まだ来ていない日では宣言できません
fault-declaration-day-of-another-edition = この決まりが使われていた期間の日を入れてください
fault-declaration-no-pledge = 約束に印を付けてください
fault-declaration-not-a-number = 4か5で始まる11けたの数字を入れてください

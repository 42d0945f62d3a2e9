# 警告
alert-title = 警告
alert-lead = 見守り役が気づいたことです。上から順に見て、「心当たりがある」「困った」「終わりにする」のどれかを選びます。
alert-none = いま見るべき警告はありません。落ち着いています。
alert-none-such = あてはまる警告はありません。
alert-what = 何が起きたか
alert-level = 重さ
alert-level-from = この重さから
alert-level-informational = 参考
alert-level-low = 低い
alert-level-medium = 中くらい
alert-level-high = 高い
alert-level-critical = とても高い
alert-state = 状態
alert-state-open = 見てください
alert-state-mine = 心当たりあり
alert-state-in-incident = 対応中
alert-state-closed = 終わり
alert-state-all = すべて
alert-device = コンピューター
alert-count = 回数
alert-heard = 最後に気づいた時
alert-older = もっと古い警告
alert-all = すべて
alert-sort = 並べ方
alert-search = さがす言葉
alert-search-go = しぼりこむ
alert-drill = 訓練
alert-drill-mark = 【訓練】
alert-drill-no = 訓練を除く
alert-drill-only = 訓練だけ
alert-drill-text = これは訓練です。見守り役が、害のない形で本物の動きをして、警告が届くことを確かめました。何もしなくてだいじょうぶです。
alert-help = 困った
alert-close = 終わりにする
alert-mine = 心当たりがある（自分たちがした）
alert-mine-how-long = いつまで静かにしますか
alert-mine-days = { $days }日間
alert-mine-hint = 同じコンピューターの、同じ人・同じ場所からの同じ動きは、記録だけして知らせません。期限が来たら、また知らせます。
alert-quiet-until = 同じ動きは { $until } まで静かに記録します。
alert-by = 最後に扱った人: { $name }
alert-times = { $count ->
    [1] 1回（{ $last }）
   *[other] { $count }回（{ $first } から { $last } まで）
}
alert-to-incident = 対応のページを見る
alert-told-what = 何が起きたか
alert-told-now = いまやること
alert-told-we = Komainu がすること
alert-your-turn = どうしますか
alert-untold-what = 見守り役が、決めておいた動きに当てはまるものを見つけました。
alert-untold-now = その時間に、だれが何をしていたかを確かめてください。心当たりがなければ「困った」を押してください。
alert-untold-we = 記録を証拠として残し、見守りを続けます。
alert-details = くわしい記録
alert-rule = ルール
alert-techniques = 攻撃の手口（MITRE ATT&CK）
alert-analyst = 専門家のための説明
alert-origin-title = ルールの元の題名
alert-origin-author = 作った人
alert-origin-licence = ライセンス
alert-origin-pack = 取り込み
alert-origin-imported = { $name }（{ $from } から、{ $at }）
alert-origin-references = 参考
alert-origin-false = 知られている誤検知
alert-origin-status = 完成度
alert-origin-level = 重さ
alert-origin-levelled = { $used }（作った人の指定は { $written }）
alert-origin-given-up = 作った人が、もう使わないとしたルールです。
alert-origin-for-hunting = 警告ではなく、調べもののために作られたルールです。
alert-origin-flood = ふだんの日の記録では、警告であふれるほどでした。
alert-origin-noisy = ふだんの日の記録では、たびたび当てはまりました。
alert-origin-experimental = 作った人が試験中としています。
alert-origin-unanchored = 必ず含まれる文字や値が決まっていません。
alert-origin-forecast = 見込み: ふだんのできごと10万件に { $findings } 件、1台につき週に { $alerts } 件の警告。
alert-finding = { $at } に気づいたこと
alert-matched = ルールのどこに当てはまったか
alert-selection = 条件
alert-field = 項目
alert-value = 実際の値
alert-pattern = ルールの値
alert-events = もとになった記録
alert-back = 警告の一覧へ
alert-mail-drill = 【訓練】
alert-mail-again = （同じ動き { $count }回目）
alert-mail-subject = { $drill }【Komainu】{ $title }（{ $host }）
alert-mail-text =
    { $drill }{ $title }{ $again }

    コンピューター: { $host }
    重さ: { $level }
    時刻: { $at }

    ■ 何が起きたか
    { $what }

    ■ いまやること
    { $now }

    ■ Komainu がすること
    { $we }

    くわしく見る・「心当たりがある」「困った」を押す:
    { $page }
alert-mail-foot = このメールは、会社の見守り役 Komainu が送りました。
problem-alert-not-now = この警告は、いまはそのようにできません。ページを開き直して、いまの状態を確かめてください。

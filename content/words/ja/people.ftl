# 会社の人
people-title = 会社の人
people-what = Komainu を使う人と、その役割です。
people-see = 会社の人を見る
people-see-and-invite = 会社の人を見る・招待する
people-back = 会社の人へ戻る
people-name = お名前
people-mail = メールアドレス
people-role = 役割
people-you = あなた
people-password = パスワード
people-password-hint = 10文字以上
people-role-owner = 経営者
people-role-lead = 担当者
people-role-staff = 従業員
people-role-owner-is = 経営者: すべてを決め、宣言し、人を招待します
people-role-lead-is = 担当者: 診断、やること、見守りを進めます
people-role-staff-is = 従業員: 学び、警告を読み、助けを呼びます
people-change-one = { $name }さんを直す
people-role-change = 役割を変える
people-leave = 会社から外す
people-leave-what = この人はサインインできなくなります。したことの記録は残ります。もう一度招待すれば、また使えます。
people-leave-me = あなた自身を外します。すぐにサインアウトし、この会社にはサインインできなくなります。
people-invite = 招待する
people-invite-what = 招待のメールを送ります。リンクは14日間使えます。
people-invite-without-mail = いまはメールを送る設定がありません。招待を作ると出るリンクを、本人に直接渡してください。リンクは14日間使えます。
people-invite-send = 招待する
people-invitations = 返事を待っている招待
people-invited-until = { $day }まで使えます
people-invitation-over = 期限切れ
people-link = 招待のリンク
people-link-hint = 本人だけに渡してください。開いた人が、この会社に入れます
people-link-copy = リンクを写す
people-link-copied = 写しました
people-invite-again = もう一度送る
people-invite-withdraw = 取り消す
people-join-title = { $company }に参加する
people-join-lead = お名前と、サインインの方法を決めてください。1分ほどで終わります。
people-join-you = あなたのこと
people-join-signed-in = いまは別の人としてサインインしています。続けると、招待された人としてサインインします。
people-join-send = パスワードで参加する
people-letter-subject = { $company }の Komainu へのご招待
people-letter =
    { $inviter }さんから、{ $company }の Komainu への招待が届いています。

    Komainu は、会社をサイバー攻撃などの困りごとから守り、デジタル化を助けるための道具です。
    次のリンクを開いて、お名前とサインインの方法を決めてください。1分ほどで終わります。

    { $link }

    このリンクは{ $until }まで、一度だけ使えます。ほかの人には渡さないでください。
    心当たりがないときは、何もしなくてかまいません。
fault-people-not-a-mail = メールアドレスを、name@example.jp のように入れてください
fault-people-mail-taken = このメールアドレスは、もう使われています。あなたのものなら、サインインしてください
fault-people-here-already = この人は、もう会社にいます
problem-people-last-owner = 経営者が一人もいなくなるので、できません。先に、ほかの人を経営者にしてください。
problem-people-no-invitation = この招待のリンクは使えません。もう使われたか、取り消されたか、期限が切れています。招待した人に、もう一度送ってもらってください。
problem-people-mail-taken = 招待されたメールアドレスは、ほかのところでもう使われています。別のアドレスに招待してもらってください。
problem-people-too-many = 人と招待は、合わせて1000までです。
field-role = 役割

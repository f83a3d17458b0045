"""Walls and soft 404s in many languages, and news about them, for parsed pages of any format."""

import pytest

from newsmill.pages.reject import check_page
from newsmill.pages.types import ParsedPage


def get_reason(title, text, kind="article"):
    rejected = check_page(ParsedPage(kind, "x", "https://news.example/x", title=title, paragraphs=text.split("\n")))
    return rejected and rejected.reason


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("The Daily Example", "Sorry, this page is no longer available. Try one of the links below."),
        ("提示", "该内容已被删除，您可以返回首页继续浏览。"),
        ("お知らせ", "お探しのページは見つかりませんでした。トップページへお戻りください。"),
        ("안내", "요청하신 페이지를 찾을 수 없습니다. 주소를 다시 확인해 주세요."),
        ("Error", "La página que buscas no existe. Puedes volver a la portada."),
        ("Errore", "La pagina richiesta non esiste. Torna alla pagina iniziale."),
        ("Erro", "A página solicitada não foi encontrada. Volte ao início."),
        ("Fout", "Deze pagina bestaat niet of is verplaatst. Ga terug naar de voorpagina."),
        ("Ошибка 404", "Запрошенная вами страница была удалена или никогда не существовала."),
        ("Помилка", "Сторінку не знайдено. Поверніться на головну."),
        ("خطأ", "الصفحة المطلوبة غير موجودة. يمكنك العودة إلى الصفحة الرئيسية."),
        ("שגיאה", "העמוד לא נמצא. אפשר לחזור לדף הבית של האתר."),
        ("Hata", "Aradığınız sayfa bulunamadı. Ana sayfaya dönebilirsiniz."),
        ("Lỗi", "Không tìm thấy trang bạn yêu cầu. Vui lòng quay lại trang chủ."),
    ],
)
def test_soft_404s_are_rejected(title, text):
    assert get_reason(title, text) == "not_found_page"
    assert get_reason(title, text, "text_dump") == "not_found_page"
    assert get_reason(title, text, "front") == "not_found_page"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("The Daily Example", "You need to enable JavaScript to run this app."),
        ("Just a moment...", "news.example\nVerifying you are human. This may take a few seconds."),
        ("Are you a robot?", "To continue, please click the box below to let us know you're not a robot."),
        ("The Daily Example", "Subscribe to continue reading. Already a subscriber? Log in here."),
        ("The Daily Example", "You have reached your limit of free articles this month."),
        ("某某日报", "本文仅供订阅会员阅读，请登录后继续阅读全文。"),
        ("某某新闻", "请完成验证码以继续访问。"),
        ("某新聞", "この記事は有料会員限定です。続きを読むには会員登録が必要です。"),
        ("某일보", "이 기사는 유료 회원 전용입니다. 로그인 후 이용해 주세요."),
        ("Le Quotidien", "Article réservé à nos abonnés. Il vous reste 85 % de cet article à lire."),
        ("Das Blatt", "Diesen Artikel weiterlesen mit einem Abo. Jetzt abonnieren und weiterlesen."),
        ("El Diario", "Contenido exclusivo para suscriptores. Suscríbete para seguir leyendo."),
        ("Il Giornale", "Questo articolo è riservato agli abbonati."),
        ("O Jornal", "Conteúdo exclusivo para assinantes. Assine para continuar a leitura."),
        ("De Krant", "Wij en onze partners gebruiken cookies om onze site te verbeteren."),
        ("Tidningen", "Vi och våra partner använder kakor för att förbättra din upplevelse."),
        ("Газета", "Наш сайт использует файлы cookie. Подтвердите, что вы не робот."),
        ("Gazeta", "Artykuł dostępny tylko dla subskrybentów. Potwierdź, że nie jesteś robotem."),
        ("الجريدة", "نستخدم ملفات تعريف الارتباط لتحسين تجربتك على الموقع."),
        ("العيتون", "يرجى تفعيل جافا سكريبت للمتابعة."),
        ("העיתון", "אתר זה משתמש בעוגיות כדי לשפר את חוויית הגלישה."),
        ("Gazete", "Sitemizde daha iyi hizmet için çerezler kullanılmaktadır."),
        ("Báo", "Chúng tôi sử dụng cookie để cải thiện trải nghiệm của bạn."),
        ("Доступ запрещён", "Обратитесь к администратору сайта."),
    ],
)
def test_walls_and_stubs_are_rejected(title, text):
    assert get_reason(title, text) == "cookie_wall"
    assert get_reason(title, text, "text_dump") == "cookie_wall"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Court: readers must be able to say no to cookies",
            "The court said that sites may not force them.",
        ),
        ("Paper to end its paywall", "The paper said on Tuesday that its articles would be free to read from July on."),
        (
            "Robots to sort the post",
            "The post office said that robots would sort letters from the autumn on.",
        ),
        ("某公司将停用第三方 Cookie", "该公司周二表示，浏览器将从明年起逐步停用第三方 Cookie，引发广告业关注。"),
        ("Gericht kippt Cookie-Banner", "Das Gericht urteilte am Dienstag, dass Banner eine Wahl lassen müssen."),
        (
            "Diario elimina su muro de pago",
            "El periódico abrirá sus artículos a todos los lectores, anunció el martes.",
        ),
        (
            "Сайт министерства не работал",
            "Сайт министерства не открывался несколько часов, сообщили в ведомстве.",
        ),
        (
            "Page three is missing",
            "The last page of the manuscript was found on Tuesday, police said.",
        ),
        ("نیا قانون", "قالت الحكومة يوم الثلاثاء إن القانون الجديد سيحمي خصوصية المستخدمين على الإنترنت."),
        ("警方发布安全提醒", "警方周二提醒市民，收到验证码后切勿告知他人，以免财产受损。"),
    ],
)
def test_news_about_such_pages_is_kept(title, text):
    assert get_reason(title, text) is None
    assert get_reason(title, text, "text_dump") is None


def test_long_article_that_mentions_cookies_is_kept():
    text = "\n".join(["The ministry opened a consultation on cookies on Tuesday, officials said at noon."] * 12)
    assert get_reason("We value your privacy", "This site uses cookies.\n" + text) is None

"""The shipped taxonomy in each of its languages: one plain sentence late in a page carries its topic and no other."""

import pytest
from topic_pages import SHIPPED, find_topics

from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

FILLER = "A plain line about the weather. " * 20

VIDEO = [
    "Das neue Modell erzeugt aus einem Satz ein Video; die KI läuft auf gewöhnlichen Grafikkarten.",
    "Kling 3.0 erzeugt Videos mit Ton, Kuaishou senkt zugleich die Preise.",
    "Immer mehr KI-Videos überschwemmen die sozialen Netzwerke.",
    "OpenAI stellt Sora ein, die App zum Erzeugen von Videos.",
    "Runway lève 300 millions de dollars pour ses modèles de génération vidéo.",
    "Le premier long métrage entièrement réalisé avec l’intelligence artificielle sort en salles.",
    "Une fausse vidéo du président, générée par IA, circule depuis lundi.",
    "Google lance Veo 4, qui produit des clips avec dialogues.",
    "El nuevo modelo genera vídeos realistas a partir de texto, según la empresa de inteligencia artificial.",
    "快手发布新一代可灵模型，可一次生成两分钟带声音的视频。",
    "这部完全由人工智能制作的电影将于下月上映。",
    "OpenAI 關閉 Sora 應用程式，創作者轉向其他影片生成工具。",
    "越來越多不實影片由 AI 生成，平台要求標示。",
    "同社は、文章から最長1分の動画を生成するAIモデルを公開した。",
    "全編を生成AIで制作した映画が来月公開される。",
    "有名人を装ったAI生成の偽動画がSNSで拡散している。",
    "Soraの提供終了を受け、動画生成アプリの利用者が他社に移っている。",
    "AI로 제작한 장편 영화가 다음 달 극장에 걸린다.",
    "Hollywood studios sued the maker of Seedance over clips of their characters.",
    "Runway raised $300 million to build its video models.",
    "An AI actress has signed with a talent agency, and unions are furious about the film.",
    "Scammers used a deepfake video of the minister to promote a fake investment.",
    "Shutterstock will license clips to train video generators such as Veo.",
]
REGULATION = [
    "Der Bundestag hat das Gesetz zur Durchführung der KI-Verordnung beschlossen.",
    "Die EU-Kommission verschiebt die Vorschriften für Hochrisiko-KI um ein Jahr.",
    "Italiens Datenschutzbehörde verhängt ein Bußgeld gegen OpenAI.",
    "Washington lockert die Exportkontrollen für KI-Chips nach China.",
    "Ein Münchner Gericht urteilt, dass ChatGPT Liedtexte nicht wiedergeben darf.",
    "Le Parlement européen vote le report du règlement sur l’intelligence artificielle.",
    "Le Sénat examine une proposition de loi sur l’IA et le droit d’auteur.",
    "Bruxelles ouvre une enquête sur Grok, l’IA de xAI.",
    "Le gouvernement veut interdire les deepfakes à caractère sexuel produits par IA.",
    "El Gobierno aprueba el anteproyecto de ley para el buen uso de la inteligencia artificial.",
    "国家网信办就人工智能拟人化互动服务管理办法公开征求意见。",
    "歐盟執委會將延後《人工智慧法》的高風險條款。",
    "美国商务部收紧对华人工智能芯片出口。",
    "北京互联网法院判决AI生成图片受著作权法保护。",
    "行政院通過人工智慧基本法草案。",
    "欧州委員会はAI法の一部規定の適用を延期する方針だ。",
    "公正取引委員会は生成AIをめぐる実態調査を始め、独占禁止法上の考え方を示す。",
    "국회는 인공지능 기본법 개정안을 통과시켰다.",
    "개인정보보호위원회는 챗봇 운영사에 과징금을 부과했다.",
    "California’s governor signed a bill that requires chatbots to say they are not human.",
    "The Senate voted to strip a ban on state AI laws from the budget.",
    "A federal judge ruled that training AI models on books is fair use.",
    "The FTC opened an inquiry into AI companions for teenagers.",
]
DEFENSE = [
    "Die Bundeswehr bestellt bei Helsing Kampfdrohnen mit künstlicher Intelligenz.",
    "Google-Mitarbeiter protestieren gegen einen Vertrag mit dem Pentagon.",
    "Mistral und das französische Verteidigungsministerium unterzeichnen eine Rahmenvereinbarung über KI-Modelle.",
    "Anthropic verweigert dem US-Militär den unbeschränkten Einsatz seiner Modelle.",
    "Le ministère des Armées signe un accord-cadre avec Mistral AI.",
    "L’armée de terre teste les drones autonomes de Helsing.",
    "Des salariés de Microsoft demandent la fin des contrats avec l’armée israélienne.",
    "OpenAI fournira ses modèles au Pentagone sur des réseaux classifiés.",
    "El Pentágono firma un contrato de 200 millones con OpenAI.",
    "五角大楼与谷歌签署协议，将Gemini部署到机密网络。",
    "Palantir获得美国陆军百亿美元合同。",
    "數百名員工聯署，要求公司停止與軍方的人工智慧合作。",
    "美國國防部將 Anthropic 列為供應鏈風險。",
    "防衛省は国産AIを手がける新興企業と契約を結んだ。",
    "米国防総省はオープンAIの技術を機密網で使う契約を結んだ。",
    "グーグルの社員が軍事利用に抗議する公開書簡を出した。",
    "국방부는 AI 기업과 자율 드론 공급 계약을 체결했다.",
    "앤트로픽은 미 국방부의 요구를 거부했다.",
    "OpenAI won a $200 million contract from the Pentagon.",
    "Anthropic refused to let the Department of War use Claude without limits.",
    "Anduril will build autonomous fighter drones for the Air Force.",
    "Hundreds of Google employees signed a letter against a military cloud deal.",
    "NATO bought Palantir’s Maven Smart System.",
    "Meta and Anduril team up on headsets for soldiers.",
]
OFF_TOPIC = [
    "The runway at Heathrow closed for two hours and video of the incident spread online.",
    "Der Bundestag hat das Gesetz beschlossen. Ein KI-Assistent hilft bei der Anmeldung.",
    "Die neue Grafikkarte beschleunigt Videospiele, sagt Nvidia.",
    "Le ministre des Armées a visité la base aérienne.",
    "Netflix bestellt eine neue Serie und senkt die Preise.",
    "The bill for dinner came to 300 dollars, said the senator.",
    "ChatGPT can now summarise your video calls.",
    "The army advanced on the city after heavy fighting.",
    "该手机支持AI视频通话降噪。",
    "自衛隊が災害派遣で出動した。",
    "국방부는 병사 급식을 개선한다고 밝혔다.",
    "The new codec cuts video bitrates by 30 percent.",
    "J’ai signé un contrat avec le gouvernement.",
    "欧盟通过新的汽车排放法规。",
    "Anthropic published a new version of its own usage policy.",
]

# The topic needs headline and sentence together.
WITH_HEADLINE = [
    (
        "Norway to set up supervisor for artificial intelligence",
        "The government put forward legislation making the communications authority the national overseer.",
    ),
    (
        "Kenya drafts a national approach to artificial intelligence",
        "A bill before the National Assembly would create a commissioner with power to suspend dangerous systems.",
    ),
    (
        "Nvidia gets green light to ship H20 chips again",
        "Washington will grant licences for sales to Beijing in exchange for a share of the revenue, the company said.",
    ),
    (
        "L'Assemblée vote l'étiquetage des images générées",
        "Les plateformes devront signaler les contenus produits par une intelligence artificielle.",
    ),
    ("Österreich richtet KI-Behörde ein", "Die Regulierungsstelle RTR bekommt zwölf zusätzliche Stellen."),
    ("中国、AI生成物に表示義務", "ネット規制当局は9月から、画像や音声に識別マークを付けるよう企業に求める。"),
    ("加州州長簽署聊天機器人安全法", "新法要求業者對未成年用戶提示其對話對象並非真人。"),
]

# Headlines that name AI above texts that are not about rules, or are about a court and its tools.
WITH_OTHER_HEADLINE = [
    ("Law firms hire engineers for AI", "Partners expect contracts to be drafted by machines within three years."),
    ("Minister opens AI lab at university", "The £30m centre will train 200 doctoral students, the government said."),
    ("法院用AI提高办案效率", "智能助手自动生成庭审笔录，平均节省一小时。"),
    ("Le tribunal se met à l'IA", "Des greffiers testent un outil de transcription."),
    ("AI採用面接を導入する企業が増加", "人事担当者は指針を作り、公平さを保つとしている。"),
]

SENTENCES = [
    *(("ai_video_models", sentence) for sentence in VIDEO),
    *(("ai_regulation", sentence) for sentence in REGULATION),
    *(("defense_partnerships", sentence) for sentence in DEFENSE),
]


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return load_taxonomy(SHIPPED)


@pytest.mark.parametrize(("topic", "sentence"), SENTENCES)
def test_one_sentence_carries_its_topic(topic: str, sentence: str, shipped: Taxonomy) -> None:
    assert list(find_topics(shipped, text=FILLER + sentence)) == [topic]


@pytest.mark.parametrize("sentence", OFF_TOPIC)
def test_similar_sentence_carries_no_topic(sentence: str, shipped: Taxonomy) -> None:
    assert find_topics(shipped, title=sentence, text=FILLER + sentence) == {}


@pytest.mark.parametrize(("headline", "sentence"), WITH_HEADLINE)
def test_lead_is_read_with_its_headline(headline: str, sentence: str, shipped: Taxonomy) -> None:
    assert "ai_regulation" in find_topics(shipped, title=headline, text=sentence)
    assert find_topics(shipped, title="", text=sentence) == {}


@pytest.mark.parametrize(("headline", "sentence"), WITH_OTHER_HEADLINE)
def test_headline_alone_carries_no_topic(headline: str, sentence: str, shipped: Taxonomy) -> None:
    assert find_topics(shipped, title=headline, text=sentence) == {}

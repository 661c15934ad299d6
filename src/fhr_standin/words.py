"""The words of the pages: interface strings and month names, by locale.

Where we have no words of our own for a locale it shows the English ones with its code beside
them, so that each locale's pages still differ from every other's.
"""

_KEYS = ("title", "greeting", "on", "off", "sessions", "crashes", "waiting", "privacy")
_WORDS = {
    "en": (
        "Browser health",
        "How your browser has been doing",
        "Sharing is on",
        "Sharing is off",
        "Sessions this month",
        "Crashes this month",
        "Reading your browser's own records",
        "What leaves this computer",
    ),
    "fr": (
        "Santé du navigateur",
        "L'état de votre navigateur",
        "Le partage est activé",
        "Le partage est désactivé",
        "Sessions ce mois-ci",
        "Plantages ce mois-ci",
        "Lecture des relevés du navigateur",
        "Ce qui quitte l'ordinateur",
    ),
    "de": (
        "Browserzustand",
        "So geht es Ihrem Browser",
        "Teilen ist an",
        "Teilen ist aus",
        "Sitzungen in diesem Monat",
        "Abstürze in diesem Monat",
        "Die Aufzeichnungen werden gelesen",
        "Was diesen Rechner verlässt",
    ),
    "es": (
        "Salud del navegador",
        "Cómo está su navegador",
        "Se comparten datos",
        "No se comparten datos",
        "Sesiones este mes",
        "Fallos este mes",
        "Leyendo los registros del navegador",
        "Qué sale de este equipo",
    ),
    "ja": (
        "ブラウザーの健康",
        "ブラウザーの調子",
        "共有はオンです",
        "共有はオフです",
        "今月の起動回数",
        "今月のクラッシュ",
        "記録を読み込んでいます",
        "送信される内容",
    ),
    "ar": (
        "صحة المتصفح",
        "كيف حال متصفحك",
        "المشاركة مفعلة",
        "المشاركة معطلة",
        "جلسات هذا الشهر",
        "أعطال هذا الشهر",
        "تُقرأ سجلات المتصفح",
        "ما الذي يغادر هذا الحاسوب",
    ),
}
_MONTHS = {
    "en": "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec",
    "fr": "janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.",
    "de": "Jan,Feb,Mär,Apr,Mai,Jun,Jul,Aug,Sep,Okt,Nov,Dez",
    "es": "ene,feb,mar,abr,may,jun,jul,ago,sep,oct,nov,dic",
    "it": "gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
    "nl": "jan,feb,mrt,apr,mei,jun,jul,aug,sep,okt,nov,dec",
    "pl": "sty,lut,mar,kwi,maj,cze,lip,sie,wrz,paź,lis,gru",
    "pt": "jan,fev,mar,abr,mai,jun,jul,ago,set,out,nov,dez",
    "ru": "янв,фев,мар,апр,май,июн,июл,авг,сен,окт,ноя,дек",
    "ja": "1月,2月,3月,4月,5月,6月,7月,8月,9月,10月,11月,12月",
    "ar": "يناير,فبراير,مارس,أبريل,مايو,يونيو,يوليو,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر",
}


def strings(code: str) -> dict[str, str]:
    """Return the interface strings of a locale by key, as plain text."""
    language = _language(code)
    words = dict(zip(_KEYS, _WORDS.get(language, _WORDS["en"]), strict=True))
    if language not in _WORDS:
        return {key: f"{text} ({code})" for key, text in words.items()}
    if language != code:
        words["title"] = f"{words['title']} ({code})"
    return words


def months(code: str) -> str:
    """Return the twelve short month names of a locale, comma separated."""
    return _MONTHS.get(_language(code), _MONTHS["en"])


def _language(code: str) -> str:
    return code.partition("-")[0]

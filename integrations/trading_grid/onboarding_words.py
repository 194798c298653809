"""What steps and states of an onboarding are called in the grid, and what its tasks are called in ours."""

from collections import defaultdict

#: Kind of our step -> kind of their task; the others are CUSTOM with our title.
KINDS = {
    "company_data": "CONFIRM_COMPANY_DATA",
    "pack": "DOWNLOAD_PACK",
    "terms": "APPROVE_AGREEMENT",
    "channel": "TEST",
    "api": "CONNECT",
}
#: State of our step -> theirs.
WORDS = {"open": "OPEN", "done": "DONE", "waived": "WAIVED"}
#: Their state -> the one we compare: a task that was begun is open.
STATES = {"OPEN": "OPEN", "IN_PROGRESS": "OPEN", "DONE": "DONE", "WAIVED": "WAIVED"}

#: Kind of a task that has no title and fits none of our steps -> what our step is called.
TITLES: dict[str, dict[str, str]] = defaultdict(
    lambda: {
        "en": "Task in Trading Grid",
        "de": "Aufgabe in Trading Grid",
        "fr": "Tâche dans Trading Grid",
        "es": "Tarea en Trading Grid",
        "ar": "مهمة في Trading Grid",
    },
    {
        "CONFIRM_COMPANY_DATA": {
            "en": "Confirm company data in Trading Grid",
            "de": "Firmendaten in Trading Grid bestätigen",
            "fr": "Confirmer les données de l’entreprise dans Trading Grid",
            "es": "Confirmar los datos de la empresa en Trading Grid",
            "ar": "تأكيد بيانات الشركة في Trading Grid",
        },
        "DOWNLOAD_PACK": {
            "en": "Download the pack in Trading Grid",
            "de": "Paket in Trading Grid herunterladen",
            "fr": "Télécharger le pack dans Trading Grid",
            "es": "Descargar el paquete en Trading Grid",
            "ar": "تنزيل الحزمة في Trading Grid",
        },
        "APPROVE_AGREEMENT": {
            "en": "Approve the agreement in Trading Grid",
            "de": "Vereinbarung in Trading Grid zustimmen",
            "fr": "Approuver l’accord dans Trading Grid",
            "es": "Aprobar el acuerdo en Trading Grid",
            "ar": "الموافقة على الاتفاقية في Trading Grid",
        },
        "CONNECT": {
            "en": "Connect to Trading Grid",
            "de": "Mit Trading Grid verbinden",
            "fr": "Se connecter à Trading Grid",
            "es": "Conectarse a Trading Grid",
            "ar": "الاتصال بشبكة Trading Grid",
        },
        "TEST": {
            "en": "Pass the test in Trading Grid",
            "de": "Test in Trading Grid bestehen",
            "fr": "Réussir le test dans Trading Grid",
            "es": "Superar la prueba en Trading Grid",
            "ar": "اجتياز الاختبار في Trading Grid",
        },
    },
)

/** How an attempt is written in a language: what is to be done, with which, and how these are called. */
interface Phrases {
  readonly forget: string
  readonly scope: string
  readonly orders: string
  /** What asks for the prompt, and the prompt. */
  readonly show: string
  readonly prompt: string
}

const phrases: readonly Phrases[] = [
  // German
  {
    forget: 'ignorier(?:e|en sie|t)|vergiss|vergessen sie|missachte|umgeh(?:e|en sie)',
    scope: 'all(?:e|es)|vorherig\\w{0,3}|vorig\\w{0,3}|bisherig\\w{0,3}|obig\\w{0,3}|deine|ihre',
    orders: 'anweisung|regel|vorgabe|instruktion|richtlinie|gesagt|befehl',
    show: 'zeig|gib|nenne|verrate',
    prompt: 'system-?prompt|systemanweisung',
  },
  // Spanish
  {
    forget: 'ignor(?:a|e|en|ad)|olvid(?:a|e|en|ad)|omite|descarta',
    scope: 'tod[ao]s?|anterior(?:es)?|previ[ao]s|tus',
    orders: 'instruccion|reglas|órdenes|indicaciones|directrices|dicho',
    show: 'muestra|muéstrame|revela|dime|imprime',
    prompt: 'prompt (?:del?|de tu) sistema|instrucciones del sistema',
  },
  // French
  {
    forget: 'ignor(?:e|ez)|oubli(?:e|ez)',
    scope: 'tou(?:t|s|tes)|précédent(?:e|s|es)|tes|vos|ci-dessus',
    orders: 'instruction|consigne|règle|directive|dit\\b',
    show: 'affiche|montre|révèle|donne',
    prompt: 'prompt (?:du )?système|instructions système',
  },
  // Italian
  {
    forget: 'ignor(?:a|ate|i)|dimentic(?:a|ate|hi)',
    scope: 'tutt[eio]|precedent[ei]|tue|sopra',
    orders: 'istruzion|regole|direttive|indicazion|detto',
    show: 'mostra|rivela|dimmi|stampa',
    prompt: 'prompt di sistema',
  },
  // Portuguese
  {
    forget: 'ignor(?:e|em|a)|esque(?:ça|çam|ce)|desconsidere',
    scope: 'tod[ao]s?|anteriores|suas|acima',
    orders: 'instruç|regras|orientaç|diretrizes|disse',
    show: 'mostre|revele|exiba|diga',
    prompt: 'prompt d[oe] sistema',
  },
  // Dutch
  {
    forget: 'negeer|vergeet',
    scope: 'alle|vorige|eerdere|bovenstaande|voorgaande|je',
    orders: 'instructie|regels|opdrachten|aanwijzingen',
    show: 'toon|geef|laat',
    prompt: 'systeem-?prompt|systeeminstructie',
  },
  // Polish
  {
    forget: 'zignoruj|ignoruj|zapomnij|pomiń',
    scope: 'wszystki\\w{0,3}|poprzedni\\w{0,3}|wcześniejsz\\w{0,3}|powyższ\\w{0,3}|swoi\\w{0,3}',
    orders: 'instrukcj|polece|zasad|reguł|wytyczn',
    show: 'pokaż|ujawnij|wyświetl|podaj',
    prompt: 'prompt systemowy|instrukcje systemowe',
  },
  // Russian
  {
    forget: 'игнорируй(?:те)?|забудь(?:те)?|проигнорируй(?:те)?',
    scope: 'вс[её]|предыдущ[а-яё]{0,3}|прежн[а-яё]{0,3}|сво[а-яё]{0,2}|выше',
    orders: 'инструкци|указани|правил|команд|сказан',
    show: 'покажи|раскрой|выведи|назови',
    prompt: 'системн[а-яё]{0,3} (?:промпт|подсказк|инструкци)',
  },
]

const gap = '[^.!?\\n]{0,40}?'

/** The verb, and behind it in any order which and what. */
const ofPhrases = phrases.flatMap(({ forget, orders, prompt, scope, show }) => [
  `(?<!\\p{L})(?:${forget})(?!\\p{L})[^.!?\\n]{0,20}?\\s(?:(?:${scope})(?!\\p{L})${gap}(?:${orders})|(?:${orders})${gap}\\s(?:${scope})(?!\\p{L}))`,
  `(?<!\\p{L})(?:${show})${gap}(?:${prompt})`,
])

/** Languages that have the verb at the end, or no spaces. */
const others: readonly string[] = [
  // Chinese
  '(?:忽略|无视|無視|忘记|忘記|不要理会)[^。！？\\n]{0,12}?(?:之前|以上|所有|先前|前面|上述)[^。！？\\n]{0,12}?(?:指令|指示|规则|規則|提示|命令|要求)',
  '(?:显示|顯示|输出|透露|告诉我|泄露)[^。！？\\n]{0,12}?(?:系统提示|系統提示|系统指令)',
  // Japanese
  '(?:以前|これまで|上記|前|すべて|全て)の[^。！？\\n]{0,10}?(?:指示|命令|ルール|プロンプト)[^。！？\\n]{0,10}?(?:無視|忘れ)',
  'システムプロンプト[^。！？\\n]{0,10}?(?:表示|教え|出力|見せ)',
  // Korean
  '(?:이전|위의|모든|지금까지)[^.!?\\n]{0,12}?(?:지시|지침|명령|규칙)[^.!?\\n]{0,10}?(?:무시|잊)',
  '시스템 ?프롬프트[^.!?\\n]{0,10}?(?:보여|알려|출력|공개)',
  // Turkish
  '(?:önceki|yukarıdaki|tüm)[^.!?\\n]{0,20}?(?:talimat|kural|komut|yönerge)[^.!?\\n]{0,12}?(?:yok say|unut|görmezden)',
  // Arabic
  '(?:تجاهل|انس)[^.!؟\\n]{0,20}?(?:التعليمات|الأوامر|القواعد)',
  // Hindi
  '(?:पिछले|पिछली|सभी|उपरोक्त)[^।!?\\n]{0,20}?(?:निर्देश|नियम|आदेश)[^।!?\\n]{0,12}?(?:अनदेखा|नज़रअंदाज़|भूल)',
]

/** Attempts in languages other than English. */
export const injectionRulesOfLanguages: readonly string[] = [...ofPhrases, ...others]

const reader =
  '(?:AI|LLMs?|bots?|chatbots?|assistants?|(?:language\\s{1,3})?models?|(?:AI|coding)\\s{1,3}(?:coding\\s{1,3})?(?:agents?|assistants?))'
const safety = '(?:safety|security|content|usage|ethical)'
const guards = '(?:protocols?|filters?|polic(?:y|ies)|checks?|guidelines?|rules?|restrictions?)'
const ended =
  "(?:disabled|lifted|suspended|deactivated|turned\\s{1,3}off|removed|(?:do(?:es)?\\s{1,3}not|don't|no\\s{1,3}longer)\\s{1,3}apply)"

/**
 * Attempts that stand in what a model reads, a page, a ticket, a tool's output: they speak to the model,
 * claim to be of the system, or end the text that they stand in.
 */
export const injectionRulesOfDocuments: readonly string[] = [
  `(?:notes?|notice|message|attention|important|instructions?)\\s{1,3}(?:to|for)\\s{1,3}(?:the\\s{1,3}|any\\s{1,3}|all\\s{1,3})?${reader}\\b`,
  `\\(for\\s{1,3}(?:the\\s{1,3}|any\\s{1,3}|all\\s{1,3})?${reader}\\)\\s{0,3}:`,
  `if\\s{1,3}you(?:\\s{1,3}are|'re)\\s{1,3}an?\\s{1,3}${reader}\\b[^.!?\\n]{0,60}?,`,
  'end\\s{1,3}of\\s{1,3}(?:the\\s{1,3})?(?:user\\s{1,3}|system\\s{1,3})?(?:input|prompt|context|instructions?|document)\\s{0,3}(?:[#=*-]{2,8}|\\]|>)',
  `${safety}\\s{1,3}${guards}\\s{1,3}(?:(?:are|is|have\\s{1,3}been|has\\s{1,3}been)\\s{1,3})?(?:now\\s{1,3})?${ended}`,
  'your\\s{1,3}(?:rules|instructions|guidelines|restrictions)\\s{1,3}have\\s{1,3}(?:now\\s{1,3})?(?:been\\s{1,3})?(?:changed|updated|replaced|lifted|revoked)',
  'your\\s{1,3}(?:real|true|actual)\\s{1,3}(?:task|goal|job|purpose|mission)\\s{1,3}is\\b',
  `no\\s{1,3}${safety}\\s{1,3}${guards}`,
  `(?:skip|bypass|disable|circumvent)\\s{1,3}(?:all|any|every|your|the)\\s{1,3}${safety}\\s{1,3}${guards}`,
  '(?:act|behave|respond|answer|proceed|continue)\\s[^.!?\\n]{0,30}?(?:uncensored|unfiltered|unrestricted|jailbroken)\\b',
  'decode\\s[^.!?\\n]{0,60}?\\s(?:and|then)\\s[^.!?\\n]{0,20}?(?:do|follow|obey|execute|carry\\s{1,3}out)\\s[^.!?\\n]{0,12}?(?:what|instructions?|it\\s{1,3}says)\\b',
  '(?:tell|reveal|show|give|repeat|print|list|output|recite|summary\\s{1,3}of)\\s[^.!?\\n]{0,60}?instructions\\s{1,3}(?:that\\s{1,3})?you\\s{1,3}(?:were|have\\s{1,3}been)\\s{1,3}given',
  '(?:call|invoke|run|use)\\s{1,3}(?:the\\s{1,3})?[a-z]{2,24}_[a-z_]{2,40}\\b[^!?\\n]{0,80}?\\sbefore\\s{1,3}(?:you\\s{1,3})?(?:respond|answer|continu|reply)',
  'when\\s{1,3}you\\s{1,3}(?:read|process|summari[sz]e|see)\\s{1,3}th(?:is|e)\\b[^.!?\\n]{0,40}?,\\s{0,3}(?:also|you\\s{1,3}must|always|send|e-?mail|forward|delete)\\b',
  // Encoded so that it can be read at a glance: percent-encoding, hexadecimal digits.
  '(?:ignore|disregard|forget)(?:(?:%20|\\+)[a-z]{1,12}){0,4}?(?:%20|\\+)(?:previous|prior|above|earlier)(?:(?:%20|\\+)[a-z]{1,12}){0,3}?(?:%20|\\+)(?:instruction|rule|prompt|message)',
  '[46]9676e6f726520(?:[0-9a-f]{2}){0,24}?(?:70726576696f7573|7072696f72|61626f7665)20',
]

/** What legitimate documents say too. */
export const weakInjectionRulesOfDocuments: readonly string[] = [
  '(?:send|e-?mail|forward|upload|post|transmit)\\s[^.!?\\n]{0,60}?(?:passwords?|credentials?|secrets?|api\\s{1,3}keys?|tokens?|database|customers?|clients?)\\b[^.!?\\n]{0,60}?\\sto\\s{1,3}[^\\s@]{1,40}@',
  '(?:must|always)\\s{1,3}(?:be\\s{1,3})?(?:append|includ|insert|add)[^.!?\\n]{0,100}?(?:summary|response|reply|answer|report|review)',
  '(?:save|store|remember)\\s[^.!?\\n]{0,60}?(?:memory|for\\s{1,3}all\\s{1,3}future)\\b',
]

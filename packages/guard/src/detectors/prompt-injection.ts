import { expressionProbe, openByReach, type Probe } from '../probe.ts'

/** How little is enough. */
export type Sensitivity = 'Low' | 'Medium' | 'High'

const reach = 256

const earlier = '(?:previous|prior|above|earlier|preceding|foregoing|initial|original)'
const orders =
  '(?:instructions?|prompts?|rules?|guidelines?|directions?|messages?|commands?|context)'
const forget = '(?:ignore|disregard|forget|override|bypass|overlook)'
const some = '(?:\\s{1,3}[^\\s.!?]{1,12}){0,4}?'

/** What hardly anybody writes who does not mean it. */
const strong: readonly string[] = [
  `${forget}${some}\\s{1,3}${earlier}${some}\\s{1,3}${orders}`,
  `${forget}\\s{1,3}(?:all|every|any)\\s{1,3}(?:of\\s{1,3})?(?:your|the|my|these|those)${some}\\s{1,3}${orders}`,
  'ignor(?:iere|ieren\\s{1,3}sie|a|e|ez|ate)\\s{1,3}(?:alle|todas|toutes|tutte|todos|tous|tutti)?\\s{0,3}(?:bisherigen|vorherigen|vorigen|las|les|le|as)\\s{1,3}(?:anweisungen|instrucciones|instructions|istruzioni|instruções)',
  'you\\s{1,3}are\\s{1,3}now\\s{1,3}(?:dan|in\\s{1,3}(?:developer|god|jailbreak)\\s{1,3}mode|an?\\s{1,3}unrestricted)',
  '(?:<\\|im_start\\|>|\\[/?INST\\]|<<SYS>>|<\\|(?:system|assistant)\\|>)',
]

/** What others may write too. */
const medium: readonly string[] = [
  '(?:reveal|print|show|repeat|output|leak)\\s{1,3}(?:me\\s{1,3})?(?:all\\s{1,3}of\\s{1,3})?(?:your|the)\\s{1,3}(?:hidden\\s{1,3}|secret\\s{1,3}|full\\s{1,3}|entire\\s{1,3}|initial\\s{1,3})?(?:system\\s{1,3})(?:prompt|message|instructions?)',
  'do\\s{1,3}anything\\s{1,3}now',
  'pretend\\s{1,3}(?:that\\s{1,3})?(?:you|to)\\s{1,3}(?:have|are|be)\\s{1,3}(?:no|without|not\\s{1,3}bound)',
  `new\\s{1,3}(?:system\\s{1,3})?${orders}\\s{0,3}:`,
  'without\\s{1,3}any\\s{1,3}(?:restrictions?|filters?|limitations?|censorship)',
]

/** What is suspicious only where nothing of the kind is expected. */
const weak: readonly string[] = [
  '(?:system\\s{1,3}prompt|jailbreak|developer\\s{1,3}mode)',
  '(?:act|behave|respond)\\s{1,3}as\\s{1,3}(?:if\\s{1,3}you|an?\\s{1,3}(?:unfiltered|evil|different))',
  `(?:stop|do\\s{1,3}not|don't|never)\\s{1,3}follow(?:ing)?${some}\\s{1,3}${orders}`,
]

/** Attempts to give a model other orders than its own: by rules, each of which is enough. */
export function promptInjection(sensitivity: Sensitivity): readonly Probe[] {
  const rules = {
    Low: strong,
    Medium: [...strong, ...medium],
    High: [...strong, ...medium, ...weak],
  }[sensitivity]
  return rules.map((rule) =>
    expressionProbe('PromptInjection', new RegExp(rule, 'gi'), {
      reach,
      openFrom: openByReach(reach),
      isOne: ({ length }) => length < reach,
    }),
  )
}

import {
  injectionRulesOfDocuments,
  weakInjectionRulesOfDocuments,
} from './injection-rules-of-documents.ts'
import { injectionRulesOfLanguages } from './injection-rules-of-languages.ts'

const earlier = '(?:previous|prior|above|earlier|preceding|foregoing|initial|original)'
const orders =
  '(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|messages?|commands?|context|policies|policy|restrictions?|programming)'
const forget = '(?:ignore|disregard|forget|override|bypass|overlook)'
const some = '(?:\\s{1,3}[^\\s.!?]{1,12}){0,4}?'
const ofTheSystem =
  '(?:system\\s{1,3}(?:prompt|message|instructions?)|(?:initial|hidden|secret|original)\\s{1,3}(?:prompt|instructions?))'
const freedom =
  '(?:restrictions?|filters?|limitations?|limits|censorship|rules|constraints|guidelines|moral)'

/** Letters of a word with a space, a dot or the like between any two. */
const parted = (word: string) => Array.from(word).join('[\\s._*-]{1,2}')
const partedOrders = ['instruction', 'rules', 'prompt', 'guideline'].map(parted).join('|')
const partedForget = ['ignore', 'disregard', 'forget', 'bypass', 'override'].map(parted).join('|')

/** What hardly anybody writes who does not mean it. */
export const strongRules: readonly string[] = [
  `${forget}${some}\\s{1,3}${earlier}${some}\\s{1,3}${orders}`,
  `${forget}\\s{1,3}(?:all|every|any)\\s{1,3}(?:of\\s{1,3})?(?:your|the|my|these|those)${some}\\s{1,3}${orders}`,
  `${forget}\\s{1,3}(?:your|all\\s{1,3}safety)${some}\\s{1,3}(?:instructions|rules|guidelines|restrictions|programming|policies)`,
  'forget\\s{1,3}(?:everything|all|anything)\\s{1,3}(?:that\\s{1,3})?(?:you|i|was|we)\\b',
  "you(?:\\s{1,3}are|'re)\\s{1,3}now\\s{1,3}(?:dan\\b|in\\s{1,3}(?:developer|god|jailbreak)\\s{1,3}mode|an?\\s{1,3}unrestricted)",
  '(?:<\\|im_start\\|>|\\[/?INST\\]|<</?SYS>>|<\\|(?:system|assistant)\\|>|</?system>\\s{0,3}<system>)',
  `(?:${partedForget})${some}\\s{1,3}${earlier}${some}\\s{1,3}${orders}`,
  `(?:${partedForget})[\\s._*-]{1,3}(?:[a-z][\\s._*-]{1,3}){0,40}?(?:${partedOrders})`,
  // Characters of tags show nothing, and say in ASCII what only a model reads.
  '(?:\\uDB40[\\uDC20-\\uDC7E]){8,100}',
  ...injectionRulesOfLanguages,
]

/** What others may write too. */
export const mediumRules: readonly string[] = [
  `(?:reveal|print|show|repeat|output|leak|tell|give|display)\\s{1,3}(?:me\\s{1,3})?(?:all\\s{1,3}of\\s{1,3})?(?:your|the)${some}\\s{1,3}${ofTheSystem}`,
  'what\\s{1,3}(?:is|are|was|were)\\s{1,3}your\\s{1,3}(?:system|initial|hidden|secret|original)\\s{1,3}(?:prompt|instructions?|message)',
  '(?:repeat|print|output)\\s{1,3}(?:everything|all|the\\s{1,3}(?:text|words))\\s{1,3}above\\b',
  'do\\s{1,3}anything\\s{1,3}now',
  '(?:pretend|imagine)\\s{1,3}(?:that\\s{1,3})?(?:you|to)\\s{1,3}(?:have|are|be)\\s{1,3}(?:an\\s{1,3}AI\\s{1,3}(?:that|who|which)\\s{1,3}is\\s{1,3})?(?:no|without|not\\s{1,3}bound)',
  `new\\s{1,3}(?:system\\s{1,3})?(?:instructions?|prompts?|directives?|commands?)\\s{0,3}:`,
  `(?:without|with\\s{1,3}no)\\s{1,3}(?:any\\s{1,3})?${freedom}\\b`,
  `(?:no\\s{1,3}longer|not)\\s{1,3}(?:have\\s{1,3}to\\s{1,3}|need\\s{1,3}to\\s{1,3})?(?:follow|obey)\\s{1,3}(?:your|openai's|anthropic's|google's)${some}\\s{1,3}${orders}`,
  '(?:enter|switch\\s{1,3}to|enable|activate)\\s{1,3}(?:developer|god|jailbreak|unrestricted|dan)\\s{1,3}mode',
  "(?:do\\s{1,3}not|don't|never)\\s{1,3}(?:tell|mention|reveal)\\s{1,3}[^.!?\\n]{0,40}?(?:this|these)\\s{1,3}(?:instruction|prompt|message)",
  '(?:AI|assistants?|models?|LLMs?)\\s{1,3}(?:that\\s{1,3}(?:read|process)|reading|processing)\\s{1,3}this[^.!?\\n]{0,40}?\\s(?:must|should|have\\s{1,3}to)\\b',
  'you\\s{1,3}(?:have\\s{1,3}been|are)\\s{1,3}(?:now\\s{1,3})?jailbroken',
  // Characters without width between letters hide words from those who look for them.
  '(?:[a-z][a-z ]{0,15}[\\u200b\\u2060\\ufeff]){2,8}[a-z]',
  ...injectionRulesOfDocuments,
]

/** What is suspicious only where nothing of the kind is expected. */
export const weakRules: readonly string[] = [
  '(?:system\\s{1,3}prompt|jailbr(?:eak|oken)|(?:developer|unrestricted)\\s{1,3}mode)',
  `(?:act|behave|respond)\\s{1,3}as\\s{1,3}(?:if\\s{1,3}you|an?\\s{1,3}(?:unfiltered|evil|different))`,
  `(?:stop|do\\s{1,3}not|don't|never)\\s{1,3}follow(?:ing)?${some}\\s{1,3}${orders}`,
  `ignore\\s{1,3}(?:my|your|its|the)\\s{1,3}(?:guidelines|instructions|rules)`,
  '(?:your|the)\\s{1,3}new\\s{1,3}(?:task|role|purpose)\\s{1,3}is',
  '(?:no|without)\\s{1,3}(?:moral|ethical)\\b',
  ...weakInjectionRulesOfDocuments,
]

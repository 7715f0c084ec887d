import type { Observation, Situation } from './commit-fault.ts'
import { prompt } from './callers.ts'
import { providerKeys } from './configuration.ts'
import { consequences } from './consequences.ts'
import type { Expected, Fault } from './fault.ts'
import { words } from './formats/provider-format.ts'

const wholeText = words.join('')

/** What is not as the fault says it must be, in words; empty if all is well. */
export function checkObservation(
  fault: Fault,
  situation: Situation,
  observation: Observation,
): readonly string[] {
  const expected = expectedIn(fault, situation)
  const consequence = consequences[expected.outcome]
  const isRescued =
    situation.second && consequence.next === 'SecondTarget' && expected.begun !== true
  const { answer, outcome } = observation
  const attempts = outcome?.attempts.map((one) => one.outcome) ?? []
  const told = isRescued
    ? { ending: 'Whole', status: 200, code: undefined, provider: 'default/good' }
    : {
        ending: expected.ending ?? (expected.outcome === 'Success' ? 'Whole' : 'Error'),
        status: statusOf(expected, situation),
        code: codeOf(expected, situation),
        provider: answer.provider,
      }
  const isAnswer = told.ending === 'Whole'
  return [
    ...differences('ending', told.ending, answer.ending),
    ...differences('status', told.status, answer.status),
    ...(told.code === 'any' || situation.caller.lacksCodes
      ? []
      : differences('code', told.code, answer.code)),
    ...differences('provider', told.provider, answer.provider),
    ...(isAnswer ? differences('text', wholeText, answer.text) : []),
    ...(isRescued ? [] : differences('Retry-After', expected.retryAfter, answer.retryAfter)),
    ...differences('attempts', attemptsOf(fault, expected, isRescued).join(), attempts.join()),
    ...(reachesUpstream(fault)
      ? differences('requests', isRescued || fault.afterCall ? 2 : 1, observation.requests)
      : []),
    ...differences('health', healthOf(expected), observation.health),
    ...differences('key', consequence.key, observation.key),
    ...differences('lines in the log', 1, observation.callLines.length),
    ...differences('attempts in the log', attempts.join(), loggedAttempts(observation).join()),
    ...attempts
      .filter((one) => !observation.published['metrics']?.includes(`outcome="${one}"`))
      .map((one) => `no attempt is counted as ${one}`),
    ...differences('status in the log', answer.status, observation.callLines[0]?.['status']),
    ...loggedErrorDifferences(told, observation.callLines[0]?.['error']),
    ...(expected.says !== undefined && !isRescued && !answer.received.includes(expected.says)
      ? [`the caller does not see "${expected.says}"`]
      : []),
    ...leaks(observation),
  ]
}

function expectedIn(fault: Fault, { caller, format }: Situation): Expected {
  const { expected, undecoded, undecodedMessage = undecoded } = fault
  if (caller.passes !== format.type) return expected
  return (caller.speaks === 'Anthropic' ? undecodedMessage : undecoded) ?? expected
}

/** What had content has answered, whatever came then: one call of many that broke is no news. */
function healthOf({ begun, health, outcome }: Expected): string {
  return health ?? (begun === true ? 'Healthy' : consequences[outcome].health)
}

function attemptsOf(fault: Fault, { outcome }: Expected, isRescued: boolean): readonly string[] {
  if (fault.afterCall) return ['Connect', 'Success']
  return isRescued ? [outcome, 'Success'] : [outcome]
}

/** Whether the gateway gets as far as to send a request. */
function reachesUpstream({ place = 'Answers' }: Fault): boolean {
  return place === 'Answers'
}

/** The Messages API has a status of its own for it. */
function statusOf({ outcome, status }: Expected, { caller }: Situation): number {
  return caller.speaks === 'Anthropic' && outcome === 'Overloaded' && status === 503 ? 529 : status
}

/** `any` where the code is the provider's own. */
function codeOf(
  { outcome, code }: Expected,
  { caller, format }: Situation,
): string | null | undefined {
  if (outcome === 'Success') return undefined
  if (code === undefined) return 'any'
  if (code === null || typeof code === 'string') return code
  return caller.speaks === format.type ? code.passed : code.translated
}

function loggedAttempts({ callLines }: Observation): readonly string[] {
  const logged = callLines[0]?.['attempts']
  if (!Array.isArray(logged)) return []
  return logged.map((one: { readonly outcome?: unknown }) => String(one.outcome))
}

/** A line has an error if the caller has one; under the same code, unless that is the provider's. */
function loggedErrorDifferences(
  told: { readonly ending: string; readonly code: string | null | undefined },
  logged: unknown,
): readonly string[] {
  if (told.ending !== 'Error') return differences('error in the log', undefined, logged)
  if (typeof told.code === 'string' && told.code !== 'any') {
    return differences('error in the log', told.code, logged)
  }
  return differences('whether the log has an error', true, logged !== undefined)
}

function differences(what: string, expected: unknown, found: unknown): readonly string[] {
  return expected === found ? [] : [`${what}: expected ${String(expected)}, found ${String(found)}`]
}

/** Keys and prompts that got out, whole or in part. */
function leaks({ published, answer }: Observation): readonly string[] {
  const keys = Object.values(providerKeys).map((key) => key.slice(0, 12))
  const found = Object.entries(published).flatMap(([what, text]) => [
    ...keys.filter((key) => text.includes(key)).map((key) => `${what} holds the key ${key}…`),
    ...(text.includes(prompt) ? [`${what} holds the prompt`] : []),
  ])
  const told = keys.filter((key) => answer.received.includes(key))
  return [...found, ...told.map((key) => `the caller sees the key ${key}…`)]
}

import type { SeededRandom } from '@fairlead/base/testing'
import { fields, isFields, type JsonNode } from './json-node.ts'

/** Names that a caller may send for what the configuration has, and for what it has not. */
const personas = ['p', 'default/p', 'nobody', 'constructor', 'a/b/c']
export const conversations = [
  'new',
  'c-1',
  'conv_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  '..',
  '__proto__',
  'a b',
]

/** Headers that place a call in a conversation and the like. */
export function contextHeaders(random: SeededRandom): Readonly<Record<string, string>> {
  const some = {
    'x-fairlead-persona': () => random.pick(personas),
    'x-fairlead-conversation': () => random.pick(conversations),
    'x-fairlead-branch': () => random.pick(['main', 'b', '__proto__', '']),
    'x-fairlead-subject': () => random.pick(['user:1', '']),
    'x-fairlead-strategy': () => random.pick(['s', 'remembering', 'nothing', '']),
    'x-fairlead-prompt': () => random.pick(['summarise', 'summarise@1', 'summarise@9', '@']),
    'if-match': () => random.pick(['"0"', '"17"', '*', 'x', '"1e3"']),
    'x-fairlead-on-disconnect': () => random.pick(['cancel', 'continue', 'Cancel', '']),
    'idempotency-key': () => random.pick(['', 'k', 'x'.repeat(300)]),
  }
  const chosen = Object.entries(some).filter(() => random.chance(0.04))
  return Object.fromEntries(chosen.map(([name, value]) => [name, value()]))
}

/** A body, perhaps with the field that does the same. */
export function withContext(random: SeededRandom, body: JsonNode): JsonNode {
  if (!isFields(body) || random.chance(0.75)) return body
  const some: Readonly<Record<string, () => JsonNode>> = {
    conversation: () => random.pick(conversations),
    persona: () => random.pick(personas),
    strategy: () => random.pick(['s', 'remembering', 'nothing']),
    branch: () => random.pick(['main', 'b', '__proto__']),
    regenerate: () => random.pick(['last', 'turn_1']),
    edit: () => random.pick(['last', 'turn_1']),
    subject: () => 'user:1',
    prompt: () => random.pick(['summarise', 'nothing']),
    variables: () => fields({ name: 'Ada', text: 'x' }),
    expected_revision: () => random.below(3),
    on_disconnect: () => random.pick(['cancel', 'continue', 'stop']),
    on_concurrent: () => random.pick(['queue', 'interrupt', 'reject', 'wait']),
  }
  const chosen = Object.entries(some).filter(() => random.chance(0.3))
  const context = fields(Object.fromEntries(chosen.map(([name, value]) => [name, value()])))
  return { fields: [...body.fields, ['context', context]] }
}

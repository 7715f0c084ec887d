import { seededRandom } from '../../turns/test-support/seeded-random.ts'
import type { PersonaInput } from '../persona-input.ts'

/** Names that collide: with each other, with the clock's, with what every object has. */
const names = ['today', 'date', 'name', 'user.name-1', '_x', 'constructor', '__proto__']
const texts = ['', 'Ada', 'tomorrow', '{{today}}', '$& $1', 'Łódź']

/** A persona and a caller's variables, with a value for every name that the persona uses. */
export function randomPersona(seed: number): {
  readonly persona: PersonaInput
  readonly variables: Readonly<Record<string, string>>
} {
  const random = seededRandom(seed)
  const pick = (choices: readonly string[]) => choices[Math.floor(random() * choices.length)] ?? ''
  const declared = names.filter(() => random() < 0.5)
  const variables = declared.map((name) => ({
    name,
    default: random() < 0.5 ? pick(texts) : undefined,
    from: random() < 0.4 ? ('Clock' as const) : undefined,
  }))
  const filled = new Set(
    variables.filter((one) => one.default !== undefined || one.from !== undefined).map(nameOf),
  )
  const given = names.filter((name) => random() < 0.5 || !filled.has(name))
  const words = Array.from({ length: 8 }, () =>
    random() < 0.6 ? `{{ ${pick(names)} }}` : pick(texts.filter((text) => !text.includes('{'))),
  )
  return {
    persona: {
      name: 'random',
      generation: seed,
      hash: `sha256:${seed}`,
      instructions: words.join(' '),
      variables,
      tools: [],
    },
    variables: Object.fromEntries(given.map((name) => [name, pick(texts)])),
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

import type { SeededRandom } from '@fairlead/base/testing'
import { fields, type JsonFields, type JsonNode } from './json-node.ts'

const texts = ['Hi.', 'word '.repeat(500), 'Grüße, 世界 👋', 'a\n'.repeat(200), 'call look_up']

/** A pixel. */
const image =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A generateContent request as an application sends it; every field is right, in either spelling. */
export function geminiBody(random: SeededRandom): JsonFields {
  const spelled = (camel: string, snake: string) => (random.chance(0.8) ? camel : snake)
  const optional: readonly (readonly [string, () => JsonNode])[] = [
    [spelled('systemInstruction', 'system_instruction'), () => fields({ parts: [text(random)] })],
    [spelled('generationConfig', 'generation_config'), () => config(random)],
    ['tools', () => [fields({ functionDeclarations: [declaration(random)] })]],
    [
      spelled('toolConfig', 'tool_config'),
      () =>
        fields({
          functionCallingConfig: fields({ mode: random.pick(['AUTO', 'ANY', 'NONE']) }),
        }),
    ],
    ['safetySettings', () => []],
  ]
  const chosen = optional.filter(() => random.chance(0.3))
  const turns = Array.from({ length: random.below(3) }, () => turn(random)).flat()
  return {
    fields: [
      ['contents', [...turns, content('user', userParts(random))]],
      ...chosen.map(([name, value]) => [name, value()] as const),
    ],
  }
}

function turn(random: SeededRandom): readonly JsonNode[] {
  const asked = content('user', userParts(random))
  if (random.chance(0.6)) return [asked, content('model', [text(random)])]
  const id: Readonly<Record<string, JsonNode>> = random.chance(0.5) ? { id: 'c1' } : {}
  const call = { functionCall: fields({ ...id, name: 'look_up', args: fields({ q: 'x' }) }) }
  const sealed: Readonly<Record<string, JsonNode>> = random.chance(0.5)
    ? { thoughtSignature: 'c2VhbA==' }
    : {}
  const response = fields({ ...id, name: 'look_up', response: fields({ output: 'found' }) })
  return [
    asked,
    content('model', [
      ...(random.chance(0.3) ? [fields({ text: 'Hm.', thought: true })] : []),
      fields({ ...call, ...sealed }),
    ]),
    content('user', [fields({ functionResponse: response })]),
    content('model', [text(random)]),
  ]
}

const content = (role: string, parts: readonly JsonNode[]): JsonNode => fields({ role, parts })

const text = (random: SeededRandom): JsonNode => fields({ text: random.pick(texts) })

function userParts(random: SeededRandom): readonly JsonNode[] {
  const more: readonly JsonNode[] = [
    fields({ inlineData: fields({ mimeType: 'image/png', data: image }) }),
    fields({ fileData: fields({ fileUri: 'https://x.test/a.png', mimeType: 'image/png' }) }),
    fields({ inline_data: fields({ mime_type: 'image/png', data: image }) }),
  ]
  return random.chance(0.3) ? [text(random), random.pick(more)] : [text(random)]
}

function config(random: SeededRandom): JsonNode {
  const optional: Readonly<Record<string, () => JsonNode>> = {
    temperature: () => random.next(),
    topP: () => random.next(),
    topK: () => 1 + random.below(40),
    maxOutputTokens: () => 1 + random.below(500),
    stopSequences: () => ['END'],
    seed: () => random.below(1000),
    responseMimeType: () => random.pick(['text/plain', 'application/json']),
    thinkingConfig: () =>
      random.pick([
        fields({ thinkingBudget: random.below(4096) }),
        fields({ thinkingLevel: 'LOW', includeThoughts: true }),
      ]),
  }
  const chosen = Object.entries(optional).filter(() => random.chance(0.3))
  return fields(Object.fromEntries(chosen.map(([name, value]) => [name, value()])))
}

function declaration(random: SeededRandom): JsonNode {
  const properties = fields({ q: fields({ type: random.pick(['STRING', 'string']) }) })
  return fields({
    name: 'look_up',
    [random.pick(['parameters', 'parametersJsonSchema'])]: fields({ type: 'object', properties }),
  })
}

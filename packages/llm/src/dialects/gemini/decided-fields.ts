import { type UniqueFields, uniqueFields } from '../../json/unique-fields.ts'
import { bothSpellings } from './spelling.ts'

/** Top-level fields with a canonical name; some of those in them are also kept. */
export const canonicalFields = bothSpellings([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
  'context',
])

const parts = unique([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
])

/** The fields that the gateway decides on, in both spellings. Schemas and arguments are not among them. */
export const decidedFields = unique([...canonicalFields], {
  contents: unique(['role'], { parts }),
  systemInstruction: unique([], { parts }),
  generationConfig: unique([
    'temperature',
    'maxOutputTokens',
    'candidateCount',
    'responseMimeType',
    'responseSchema',
    'responseJsonSchema',
    'responseModalities',
    'thinkingConfig',
  ]),
  tools: unique([], { functionDeclarations: unique(['name']) }),
})

function unique(
  names: readonly string[],
  within: Readonly<Record<string, UniqueFields>> = {},
): UniqueFields {
  const inner = Object.entries(within).flatMap(([name, fields]) =>
    [...bothSpellings([name])].map((spelling) => [spelling, fields] as const),
  )
  return uniqueFields([...bothSpellings(names)], Object.fromEntries(inner))
}

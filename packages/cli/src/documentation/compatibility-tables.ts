import {
  chatFormatOf,
  type Dialect,
  featureName,
  featureWeight,
  type RequestFeature,
  requestFeatures,
  type Support,
} from '@fairlead/llm'
import type { Surface } from '@fairlead/gateway'
import { markdownTable } from './markdown-table.ts'

/**
 * Models of each family whose support differs. One that nobody knows stands for those of the future;
 * it comes first, and its support is shown in the table.
 */
const modelsByDialect: Readonly<Record<string, readonly string[]>> = {
  'anthropic-messages': [
    'claude-opus-4-8',
    'claude-sonnet-4-6',
    'claude-sonnet-4-5',
    'claude-sonnet-4-0',
    'claude-3-7-sonnet',
    'claude-3-haiku',
  ],
  gemini: ['gemini-3-pro', 'gemini-2.5-pro', 'gemini-2.0-flash', 'gemini-1.5-pro'],
}

/** Markdown by the name of its generated part of `docs/compatibility.md`. */
export function compatibilityTables(
  dialects: readonly Dialect[],
  surfaces: readonly Surface[],
): ReadonlyMap<string, string> {
  const noted: string[] = []
  const rows = requestFeatures.map((feature) => [
    `\`${featureName(feature)}\``,
    featureWeight(feature) === 'Hint' ? 'hint' : 'meaning',
    ...dialects.map((dialect) => supportCell(dialect, feature, noted)),
  ])
  const names = dialects.map(({ name }) => `\`${name}\``)
  return new Map([
    ['surfaces', surfaceTable(dialects, surfaces)],
    ['features', markdownTable(['Feature', 'Is', ...names], rows)],
    ['models', noted.length === 0 ? 'None.' : noted.join('\n')],
  ])
}

/** Which dialects of chat pass as they are, and which are translated, by the paths that callers use. */
function surfaceTable(dialects: readonly Dialect[], surfaces: readonly Surface[]): string {
  const chatting = surfaces.filter(({ dialect }) => dialect.operations.chat !== undefined)
  const calling = chatting.flatMap(({ dialect, routes }) =>
    routes.filter((route) => 'reader' in route).map(({ path }) => ({ dialect, path })),
  )
  return markdownTable(
    ['Path', ...dialects.map(({ name }) => `\`${name}\``)],
    calling.map(({ dialect, path }) => [
      `\`${path}\``,
      ...dialects.map(({ name }) => (name === dialect.name ? 'passes' : 'translated')),
    ]),
  )
}

/** The support of the first model; other models get a line among the notes. */
function supportCell(dialect: Dialect, feature: RequestFeature, noted: string[]): string {
  const format = chatFormatOf(dialect)
  const models = modelsByDialect[dialect.name] ?? ['']
  const support = models.map((model) => format.support(model)[feature])
  const [usual = 'Native'] = support
  const others = new Map<Support, string[]>()
  for (const [index, becomes] of support.entries()) {
    if (becomes !== usual)
      others.set(becomes, [...(others.get(becomes) ?? []), models[index] ?? ''])
  }
  if (others.size === 0) return usual
  const told = [...others].map(
    ([becomes, named]) => `${becomes} by ${named.map((name) => `\`${name}\``).join(', ')}`,
  )
  noted.push(`- \`${featureName(feature)}\` in \`${dialect.name}\`: ${told.join('; ')}.`)
  return `${usual} *`
}

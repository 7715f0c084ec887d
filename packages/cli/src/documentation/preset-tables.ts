import { type Preset, presetGroups, type ServerQuirks } from '@fairlead/llm'
import { markdownTable } from './markdown-table.ts'

/** The tables of `docs/presets.md`: a section for each group of presets. */
export function presetTables(): ReadonlyMap<string, string> {
  return new Map([
    ['presets', presetGroups.map(groupSection).join('\n\n')],
    ['count', `There are ${presetGroups.flatMap(({ presets }) => presets).length} of them.`],
  ])
}

function groupSection({ title, presets }: (typeof presetGroups)[number]): string {
  const table = markdownTable(
    ['`preset`', 'Address', 'Key', 'Reasoning', 'Differs in', 'Also has'],
    presets.map((preset) => [
      `[${code(preset.name)}](${preset.source}) ${preset.title}`,
      code(preset.address),
      keyOf(preset),
      reasoningOf(preset.quirks),
      differencesOf(preset).join('; '),
      otherApisOf(preset).join(', '),
    ]),
  )
  return `### ${title}\n\n${table}`
}

function keyOf({ authentication = 'Bearer' }: Preset): string {
  if (typeof authentication === 'object') return code(authentication.header)
  return authentication === 'Optional' ? 'Bearer, if any' : 'Bearer'
}

const sentBack = { Never: '', ToolLoop: ', back within a tool loop', Always: ', always back' }

function reasoningOf({ reasoning }: ServerQuirks = {}): string {
  if (reasoning === undefined) return ''
  const { field, echo } = reasoning
  const place =
    field === 'thinking_chunks'
      ? 'chunks of type `thinking`'
      : field === 'think_tags'
        ? '`<think>` in the text'
        : code(field)
  return place + sentBack[echo]
}

function differencesOf({ errors, quirks = {} }: Preset): readonly string[] {
  const { outputLimit, refusedParameters = [], toolCallIds, usageOption } = quirks
  return [
    ...(refusedParameters.length === 0
      ? []
      : [`refuses ${refusedParameters.map(code).join(', ')}`]),
    ...Object.entries(quirks.parameterNames ?? {}).map(
      ([name, theirs]) => `${code(name)} becomes ${code(theirs)}`,
    ),
    ...(quirks.strictMessages ? ['order and fields of messages are strict'] : []),
    ...(quirks.answersInOwnForm ? ['answers are written anew'] : []),
    ...(quirks.refusesNulls ? ['refuses nulls'] : []),
    ...(quirks.refusesDeveloperRole ? ['`developer` becomes `system`'] : []),
    ...(outputLimit === undefined ? [] : [`only ${code(outputLimit)}`]),
    ...(usageOption === 'Always' ? ['usage unasked'] : []),
    ...(usageOption === 'Refused' ? ['refuses `stream_options`'] : []),
    ...(errors === undefined ? [] : [`errors in ${code(errors)}`]),
    ...(quirks.takesCacheControl ? ['takes `cache_control`'] : []),
    ...(quirks.takesThoughtSignatures ? ['takes the seals of calls'] : []),
    ...(toolCallIds === undefined ? [] : ['ids of tool calls are nine letters and digits']),
  ]
}

function otherApisOf({ completions, messages, responses }: Preset): readonly string[] {
  return [
    ...(completions ? ['completions'] : []),
    ...(responses ? ['Responses'] : []),
    ...(messages === undefined ? [] : [`Messages at ${code(messages)}`]),
  ]
}

const code = (text: string): string => `\`${text}\``

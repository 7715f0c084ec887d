import { LLMProvider } from '@fairlead/api'
import { commonConditionTypes, type ConditionType, type KindCompiler } from '@fairlead/config'
import type { StructuralSchema } from '@fairlead/kube-core'
import type { Capabilities, ProviderTypeCapability } from '@fairlead/snapshot'
import type { GeneratedParts } from './generated-parts.ts'
import { markdownTable } from './markdown-table.ts'

/** Tables generated from kinds and capabilities, so that the document need not repeat them. */
export function resourceTables(
  kinds: readonly KindCompiler[],
  capabilities: Capabilities,
): GeneratedParts {
  return new Map([
    ['kinds', kindTable(kinds)],
    ['conditions', conditionTable(kinds)],
    ['unsupported fields', unsupportedTable(kinds, capabilities)],
    ['provider types', providerTable(capabilities)],
  ])
}

function kindTable(kinds: readonly KindCompiler[]): string {
  return markdownTable(
    ['Kind', 'Short name', 'Description'],
    kinds.map(({ type }) => [
      code(type.kind),
      type.shortNames.map(code).join(', '),
      type.schema.description ?? '',
    ]),
  )
}

function conditionTable(kinds: readonly KindCompiler[]): string {
  return markdownTable(
    ['Condition', 'On', 'Status and reason'],
    [
      ...commonConditionTypes.map((condition) => conditionRow(condition, 'all')),
      ...kinds.flatMap(({ type, conditionTypes = [] }) =>
        conditionTypes.map((condition) => conditionRow(condition, code(type.kind))),
      ),
    ],
  )
}

function conditionRow({ type, reasons }: ConditionType, on: string): readonly string[] {
  const byStatus = Object.entries(reasons).map(
    ([status, words]) => `${status}: ${words.map(code).join(', ')}`,
  )
  return [code(type), on, byStatus.join('. ')]
}

function unsupportedTable(kinds: readonly KindCompiler[], capabilities: Capabilities): string {
  const rows = kinds.flatMap((compiler) =>
    (compiler.unsupportedFields?.(capabilities) ?? []).map(
      ({ path, unless = [], instead = 'ignored' }) => [
        code(compiler.type.kind),
        code(path),
        unless.map((value) => code(String(value))).join(', '),
        instead,
      ],
    ),
  )
  return markdownTable(['Kind', 'Field', 'Supported values', 'Other values'], rows)
}

function providerTable({ providerTypes }: Capabilities): string {
  const served = providerTypes.map((capability) => [code(capability.type), addressOf(capability)])
  const other = providerTypeNames().filter(
    (name) => !providerTypes.some(({ type }) => type === name),
  )
  const notServed = other.map(code).join(', ')
  return markdownTable(
    ['`type`', 'Address without `baseURL`'],
    other.length === 0 ? served : [...served, [notServed, '`Invalid`: not served yet']],
  )
}

function addressOf({ remote, address, presets }: ProviderTypeCapability): string {
  if (!remote) return 'none: answers by itself'
  if (address !== undefined) return code(address)
  return presets.size > 0 ? 'that of `preset`; one of them is needed' : '`baseURL` is needed'
}

function providerTypeNames(): readonly string[] {
  const spec: StructuralSchema | undefined = LLMProvider.schema.properties?.['spec']
  return (spec?.properties?.['type']?.enum ?? []).map(String)
}

const code = (text: string): string => `\`${text}\``

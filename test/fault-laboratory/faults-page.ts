import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { consequences } from './consequences.ts'
import type { Expected, Fault } from './fault.ts'
import { type FaultGroup, faultGroups, faults } from './faults.ts'

export const pagePath = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))

/** docs/faults.md: the table of all faults. */
export function faultsPage(): Promise<string> {
  const lines = [
    '# Faults of providers, and what becomes of them',
    '',
    `Each of these ${faults.length} faults is committed by a provider on a real socket, for every API that providers speak, through every surface that calls models, for whole answers and for streams, alone and with a good second target. \`test/fault-laboratory/faults.test.ts\` asserts what the caller's SDK makes of the answer, the attempts, the requests that were sent, the provider's health, the state of its key, the line in the log, and that no key and no prompt gets out. [When a provider fails](failures.md) says what the classes mean. This page is generated: \`node --conditions=source test/fault-laboratory/generate-faults-page.ts\`.`,
    '',
    'The last column is what the caller gets if no other target is there. With one, that answers wherever the column before says so.',
    ...faultGroups.flatMap(section),
    '',
  ]
  return format(lines.join('\n'), { parser: 'markdown', proseWrap: 'preserve', printWidth: 100 })
}

function section({ title, faults: group }: FaultGroup): readonly string[] {
  return [
    '',
    `## ${title}`,
    '',
    '| The provider | Answers | Recorded as | Asked next | Its health | Its key | The caller, if alone |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...group.map(row),
  ]
}

function row({ does, expected, formats, only }: Fault): string {
  const { next, health, key } = consequences[expected.outcome]
  const cells = [
    does.replace(/\.$/, ''),
    [only ?? 'both', ...(formats ?? [])].join(', '),
    `\`${expected.outcome}\``,
    next === 'SecondTarget' && expected.begun !== true ? 'the next target' : 'nobody',
    expected.begun ? 'one failure more' : (expected.health ?? health),
    key,
    told(expected),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function told({ begun, code, outcome, status }: Expected): string {
  if (outcome === 'Success') return 'the answer'
  const error = typeof code === 'string' ? ` \`${code}\`` : ''
  return begun ? `the beginning, then an error${error}` : `${status}${error}`
}

import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import type { Fault } from './fault.ts'
import { faults } from './faults.ts'

export const pagePath = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))

/** The table of all faults, as docs/faults.md has it. */
export function faultsPage(): Promise<string> {
  const lines = [
    '# Faults of providers, and what becomes of them',
    '',
    'Each of these is done by a provider on a real socket, for every API that providers speak, for whole answers and for streams, alone and with a healthy second target; `test/fault-laboratory.test.ts` asserts what the caller gets, what is recorded of the attempt, and what is remembered of the provider and of its key. [When a provider fails](failures.md) says what the classes mean. This page is generated: `node --conditions=source test/fault-laboratory/generate-faults-page.ts`.',
    '',
    '| The provider | Whole or stream | Recorded as | The caller, if nobody else answers |',
    '| --- | --- | --- | --- |',
    ...faults.map(row),
    '',
  ]
  return format(lines.join('\n'), { parser: 'markdown', proseWrap: 'preserve', printWidth: 100 })
}

function row({ does, expected, forms }: Fault): string {
  const said = does.replace(/\.$/, '').replaceAll('|', '\\|')
  return `| ${said} | ${forms?.join() ?? 'both'} | \`${expected.outcome}\` | ${told(expected)} |`
}

function told({ begun, code, outcome, status }: Fault['expected']): string {
  if (outcome === 'Success') return 'the answer'
  const error = code === undefined ? '' : ` \`${code}\``
  return begun ? `the beginning, then an error event${error}` : `${status}${error}`
}

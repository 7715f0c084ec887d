import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { CommandContext } from '../command-context.ts'
import { askControl } from '../conversations/ask-control.ts'
import { counted } from '../counted.ts'
import { textFlag } from '../own-arguments.ts'
import { UsageError } from '../usage-error.ts'
import { type PurgedAnswers, purgePath } from '../workers/cache-control.ts'

/** Drops answers that CachePolicies of a running gateway keep. */
export async function cache({ options, own, print, signal }: CommandContext): Promise<void> {
  const [action, ...rest] = own.words
  if (action !== 'purge' || rest.length > 0) {
    throw new UsageError('expected purge; see fairlead cache --help')
  }
  const query = new URLSearchParams()
  for (const name of ['policy', 'consumer']) {
    const value = textFlag(own, name)
    if (value !== undefined) query.set(name, value.includes('/') ? value : `default/${value}`)
  }
  const dataDir = resolve(options.dataDir)
  const answer = await askControl({ dataDir, method: 'POST', path: purgePath, query, signal })
  const { purged } = JSON.parse(await text(answer)) as PurgedAnswers
  print(`${counted(purged, 'answer')} purged.\n`)
}

import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sleep, systemClock } from '@fairlead/base'
import type { ImportResult, ImportState, MigrationResult, MigrationState } from '@fairlead/context'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { askControl, brokenOff, resultOf } from '../conversations/ask-control.ts'
import { openExportFile } from '../conversations/export-file.ts'
import { counted } from '../counted.ts'
import { textFlag } from '../own-arguments.ts'
import { UsageError } from '../usage-error.ts'

/** How soon the next pass of a migration that waits for the freeze begins. */
const passEveryMs = 2000
/** After so many passes in a row that broke off, ten minutes at least, it gives up. */
const failuresMax = 300

/** Moves conversations out of a store, into one, and from one to another, through a running gateway. */
export async function conversations(context: CommandContext): Promise<void> {
  const [action = '', ...rest] = context.own.words
  const run = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (run === undefined || rest.length > run.words) {
    throw new UsageError(
      'expected export, import FILE or migrate; see fairlead conversations --help',
    )
  }
  const foreign = Object.keys(context.own.flags).find(
    (flag) => ownFlags.includes(flag) && !run.flags.includes(flag),
  )
  if (foreign !== undefined) {
    throw new UsageError(`--${foreign} is not for fairlead conversations ${action}`)
  }
  await run.run(context, rest)
}

interface Action {
  readonly words: number
  readonly flags: readonly string[]
  run(context: CommandContext, words: readonly string[]): Promise<void>
}

const selecting = ['tenant', 'subject', 'conversation']
const ownFlags = [
  ...selecting,
  'store',
  'from',
  'to',
  'output',
  'resume',
  'dry-run',
  'until-frozen',
]

const actions: Readonly<Record<string, Action>> = {
  export: {
    words: 0,
    flags: [...selecting, 'store', 'output', 'resume'],
    run: exportConversations,
  },
  import: { words: 1, flags: ['store', 'dry-run'], run: importConversations },
  migrate: {
    words: 0,
    flags: [...selecting, 'from', 'to', 'dry-run', 'until-frozen'],
    run: migrateConversations,
  },
}

async function exportConversations(context: CommandContext): Promise<void> {
  const { own, options, progress, signal } = context
  const query = queryOf(context, ['store', ...selecting])
  const path = textFlag(own, 'output') ?? '-'
  const goesOn = own.flags['resume'] === true
  if (path === '-' && goesOn) throw new UsageError('--resume needs a file as --output')
  const opened = path === '-' ? undefined : await openExportFile(path, goesOn)
  if (opened?.after !== undefined) {
    query.set('after-tenant', opened.after.tenant)
    query.set('after', opened.after.id)
  }
  const dataDir = resolve(options.dataDir)
  let bytes = 0
  async function* counting(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      progress.tell(`${megabytes(bytes)} are exported`)
      yield chunk
    }
  }
  let file: Writable | undefined
  try {
    const answer = await askControl({ dataDir, method: 'GET', path: '/export', query, signal })
    file = opened?.open()
    const isStandardOutput = opened === undefined
    await pipeline(answer, counting, file ?? context.output(), { end: !isStandardOutput })
    if (answer.headers['fairlead-encrypted'] === 'true') {
      context.logger.warn('the store is encrypted, and what was exported is plain text')
    }
  } catch (error) {
    signal.throwIfAborted()
    throw brokenOff(error)
  } finally {
    file?.end()
  }
  if (opened === undefined) return
  const { conversations: before } = opened
  const earlier = before === 0 ? '' : ` after the ${counted(before, 'conversation')} it had`
  context.print(`${megabytes(bytes)} are written to ${path}${earlier}.\n`)
}

async function importConversations(
  context: CommandContext,
  [file]: readonly string[],
): Promise<void> {
  if (file === undefined) throw new UsageError('expected the FILE of an export, or -')
  const { input, options, own, progress, signal } = context
  const isDryRun = own.flags['dry-run'] === true
  const query = queryOf(context, ['store'])
  if (isDryRun) query.set('dry-run', 'true')
  const body = file === '-' ? input() : createReadStream(file)
  const dataDir = resolve(options.dataDir)
  const answer = await Promise.race([
    askControl({ dataDir, method: 'POST', path: '/import', query, body, signal }),
    failureOf(body, file),
  ])
  const result = await resultOf<ImportState, ImportResult>(answer, (state) =>
    progress.tell(counted(state.created + state.there + state.differs, 'conversation')),
  )
  const { created, differs, left, there } = result
  for (const { conversation, line } of left) {
    context.print(`line ${line}: ${conversation} is there in another form, and stays as it is\n`)
  }
  const done = isDryRun ? 'would be added' : 'added'
  context.print(`${counted(created, 'conversation')} ${done}; ${there} were there already.\n`)
  if (differs > 0) {
    throw new CommandFailure(`${counted(differs, 'conversation')} had gone on in the store`)
  }
}

async function migrateConversations(context: CommandContext): Promise<void> {
  const { options, own, print, progress, signal } = context
  const [from, to] = [textFlag(own, 'from'), textFlag(own, 'to')]
  if (from === undefined || to === undefined) {
    throw new UsageError('expected --from STORE --to STORE')
  }
  const isDryRun = own.flags['dry-run'] === true
  const waits = own.flags['until-frozen'] === true
  if (isDryRun && waits) throw new UsageError('--until-frozen and --dry-run exclude each other')
  const query = queryOf(context, ['from', 'to', ...selecting])
  if (waits && selecting.some((flag) => query.has(flag))) {
    throw new UsageError('--until-frozen is for all conversations of a store')
  }
  if (isDryRun) query.set('dry-run', 'true')
  const dataDir = resolve(options.dataDir)
  const makePass = async (pass: number) => {
    const answer = await askControl({ dataDir, method: 'POST', path: '/migrate', query, signal })
    return resultOf<MigrationState, MigrationResult>(answer, (state) =>
      progress.tell(`pass ${pass}: ${counted(sumOf(state), 'conversation')}`),
    )
  }
  for (let pass = 1, failures = 0; ; pass++) {
    let result: MigrationResult
    try {
      result = await makePass(pass)
      failures = 0
    } catch (error) {
      // A store or the gateway that is away for a while ends no move that goes on for hours.
      const isTold = error instanceof CommandFailure && waits && pass > 1
      if (!isTold || ++failures > failuresMax) throw error
      print(`A pass broke off, and is made again: ${error.message}\n`)
      await sleep(systemClock, passEveryMs, signal)
      continue
    }
    print(`${passLine(result, isDryRun)}\n`)
    for (const name of result.left) print(`  ${name} differs in ${to}, and stays as it is there\n`)
    if (result.isComplete) return print(`${to} has all of ${from}: ${completeText}\n`)
    if (result.differs + result.conflict > 0) {
      throw new CommandFailure(
        `${counted(result.differs + result.conflict, 'conversation')} had gone on in ${to}`,
      )
    }
    if (!waits) {
      if (!isDryRun) print(`${openText}\n`)
      return
    }
    await sleep(systemClock, passEveryMs, signal)
  }
}

const completeText =
  'let the LLMGateway name it now, and remove the ConversationStore that was frozen once all replicas use the other'
const openText =
  'What changes from now on is not moved yet: set spec.frozen of the ConversationStore, and run this again once its Available condition says so on all replicas, and a minute later where it is in Redis or PostgreSQL.'

function passLine(result: MigrationResult, isDryRun: boolean): string {
  const { created, deleted, running, there, turns, updated } = result
  const verb = isDryRun ? 'would be ' : ''
  const parts = [
    `${counted(created, 'conversation')} ${verb}added`,
    `${updated} ${verb}updated`,
    `${there} as they are`,
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(running > 0 ? [`${running} with a running turn left for the next pass`] : []),
  ]
  return `${parts.join(', ')}; ${counted(turns, 'turn')}.`
}

function sumOf(state: MigrationState): number {
  const { turns: _, deleted: _deleted, ...counts } = state
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function queryOf({ own }: CommandContext, flags: readonly string[]): URLSearchParams {
  const query = new URLSearchParams()
  for (const flag of flags) {
    // An empty tenant is that of callers without a key.
    const value = flag === 'tenant' ? own.flags[flag] : textFlag(own, flag)
    if (typeof value !== 'string') continue
    const values = flag === 'conversation' ? value.split(',').filter(Boolean) : [value]
    for (const one of values) query.append(flag, one)
  }
  return query
}

async function failureOf(body: Readable, file: string): Promise<never> {
  const [error] = (await once(body, 'error')) as [Error]
  throw new UsageError(`cannot read ${file}: ${error.message}`, { cause: error })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

import type { ConsumerApiKey } from '@fairlead/api'
import { systemClock } from '@fairlead/base'
import { createClient } from '@fairlead/controller-runtime'
import type { KeyUse } from '@fairlead/usage'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { textFlag } from '../own-arguments.ts'
import { type ConsumerName, readConsumer } from '../keys/change-keys.ts'
import {
  createKey,
  type KeyWork,
  type MadeKey,
  type NewKeyOptions,
  revokeKey,
  rotateKey,
} from '../keys/key-actions.ts'
import { keyTable, listedKeys, tenantOf } from '../keys/key-list.ts'
import { timeGiven } from '../keys/time-given.ts'
import { askAdmin, readEndpoints } from '../running-gateway.ts'
import { UsageError } from '../usage-error.ts'

const dayMs = 86_400_000

/** Creates, lists, rotates and revokes API keys of Consumers, through the Kubernetes API. */
export async function key(context: CommandContext): Promise<void> {
  const { environment, options, own, signal } = context
  const [action = '', consumer, name, ...rest] = own.words
  const run = Object.hasOwn(actions, action) ? actions[action] : undefined
  const needsName = run?.needsName === true
  if (run === undefined || consumer === undefined || (name !== undefined) !== needsName) {
    throw new UsageError(
      'expected create|list CONSUMER or rotate|revoke CONSUMER KEY; see fairlead key --help',
    )
  }
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}"`)
  const foreign = Object.keys(own.flags).find(
    (flag) => newKeyFlags.includes(flag) && !run.flags.includes(flag),
  )
  if (foreign !== undefined) throw new UsageError(`--${foreign} is not for fairlead key ${action}`)
  const kubeconfig = options.kubeconfig ?? readEndpoints(options.dataDir)?.kubeconfig
  const client = createClient(clusterConfig({ kubeconfig }, environment))
  try {
    const work = {
      client,
      consumer: consumerNamed(consumer, textFlag(own, 'namespace')),
      nowMs: systemClock.now(),
      signal,
    }
    await run.run(context, work, name ?? '')
  } finally {
    await client.close()
  }
}

interface Action {
  readonly needsName: boolean
  /** Of those that say what a new key is to be. */
  readonly flags: readonly string[]
  run(context: CommandContext, work: KeyWork, name: string): Promise<void>
}

const newKeyFlags = ['name', 'expires', 'hashed', 'secret', 'overlap']

const actions: Readonly<Record<string, Action>> = {
  create: {
    needsName: false,
    flags: ['name', 'expires', 'hashed', 'secret'],
    async run(context, work) {
      const made = await createKey(work, newKeyOptions(context))
      show(context, made, made, `The Consumer ${made.consumer} has a new key`)
    },
  },
  list: {
    needsName: false,
    flags: [],
    run: list,
  },
  rotate: {
    needsName: true,
    flags: newKeyFlags,
    async run(context, work, name) {
      const overlap = textFlag(context.own, 'overlap')
      const overlapMs = overlap === undefined ? dayMs : timeGiven('overlap', overlap)
      const { replaced, ...made } = await rotateKey(work, name, overlapMs, newKeyOptions(context))
      const json = { ...made, replaced: { name, expiresAt: replaced.expiresAt } }
      show(
        context,
        json,
        made,
        `${lastWords(replaced)} The Consumer ${made.consumer} has a new key`,
      )
    },
  },
  revoke: {
    needsName: true,
    flags: [],
    async run({ options, print }, work, name) {
      const { secretDeleted } = await revokeKey(work, name)
      const consumer = `${work.consumer.namespace}/${work.consumer.name}`
      const words = `The key "${name}" of the Consumer ${consumer} is revoked${secretDeleted ? ', and its Secret deleted' : ''}.\n`
      const json = { consumer, name, secretDeleted }
      print(options.call.output === 'json' ? `${JSON.stringify(json, null, 2)}\n` : words)
    },
  },
}

function lastWords({ name, expiresAt = '' }: ConsumerApiKey): string {
  return `The key "${name}" expires at ${expiresAt}.`
}

function show(
  { options, print }: CommandContext,
  json: object,
  { expiresAt, key: made, name, secret }: MadeKey,
  words: string,
): void {
  if (options.call.output === 'json') return print(`${JSON.stringify(json, null, 2)}\n`)
  const until = expiresAt === null ? '' : `, good until ${expiresAt}`
  const where =
    secret === null
      ? 'Only its SHA-256 is stored: it is shown this once.'
      : `The Secret ${secret.namespace}/${secret.name} has it.`
  print(`${words} "${name}"${until}:\n\n  ${made}\n\n${where}\n`)
}

async function list(context: CommandContext, work: KeyWork): Promise<void> {
  const { options, print, signal } = context
  const consumer = await readConsumer(work.client, work.consumer, signal)
  const admin = options.call.url ?? readEndpoints(options.dataDir)?.admin
  let uses: readonly KeyUse[] | undefined
  let problem = 'no gateway is known: give --url of an admin port'
  if (admin !== undefined) {
    const path = `/usage/keys?${new URLSearchParams({ tenant: tenantOf(consumer) }).toString()}`
    try {
      uses = ((await askAdmin(admin, path, signal)) as { readonly data: readonly KeyUse[] }).data
    } catch (error) {
      signal.throwIfAborted()
      problem = error instanceof Error ? error.message : String(error)
    }
  }
  const keys = listedKeys(consumer, uses, work.nowMs)
  if (options.call.output === 'json') return print(`${JSON.stringify(keys, null, 2)}\n`)
  print(keyTable(keys, uses !== undefined))
  if (uses === undefined) print(`When keys were used last is not known: ${problem}.\n`)
}

function newKeyOptions({ own }: CommandContext): NewKeyOptions {
  const expires = textFlag(own, 'expires')
  const [hashed, secret] = [own.flags['hashed'] === true, textFlag(own, 'secret')]
  if (hashed && secret !== undefined) {
    throw new UsageError('--hashed and --secret exclude each other: a hashed key is in no Secret')
  }
  return {
    name: textFlag(own, 'name'),
    expiresInMs:
      expires === undefined
        ? undefined
        : expires === 'never'
          ? null
          : timeGiven('expires', expires),
    hashed,
    secret,
  }
}

function consumerNamed(text: string, namespace: string | undefined): ConsumerName {
  const [first = '', second, ...rest] = text.split('/')
  if (first === '' || second === '' || rest.length > 0) {
    throw new UsageError(`CONSUMER is "${text}": expected NAME or NS/NAME`)
  }
  if (second === undefined) return { namespace: namespace ?? 'default', name: first }
  if (namespace === undefined || namespace === first) return { namespace: first, name: second }
  throw new UsageError(`CONSUMER is "${text}", and --namespace is ${namespace}: give one of them`)
}

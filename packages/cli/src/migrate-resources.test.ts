import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  kindVersions,
  servedDefinitions,
  Persona as CurrentPersona,
  PromptTemplate as CurrentPromptTemplate,
  RoutingPolicy as CurrentRoutingPolicy,
} from '@fairlead/api'
import { startApiServer, type ApiServer } from '@fairlead/apiserver'
import { silentLogger, type Logger } from '@fairlead/base'
import { createClient, loadKubeConfig, Manager, type Client } from '@fairlead/controller-runtime'
import {
  applyDefaults,
  errors,
  type CustomResourceDefinitionObject,
  type DefinedResource,
  type KubernetesObject,
  type ResourceType,
  type StructuralSchema,
  type TypedObject,
  untyped,
} from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import { setupVersions } from '@fairlead/operator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCustomResourceDefinitions } from './install-crds.ts'

const allFailures = ['RateLimited', 'ServerError', 'Timeout', 'Connect']
const { signal } = new AbortController()
/** Who converts, in this process. */
const service = { namespace: 'default', name: 'webhooks' }

/** A kind as the server of the older version had it. */
function former(current: Pick<ResourceType, 'kind'>): DefinedResource<TypedObject> {
  const type = kindVersions.find(({ kind }) => kind === current.kind)?.versions['v1alpha1']
  if (!type) throw new Error(`no kind ${current.kind}`)
  return type
}
const Persona = former(CurrentPersona)
const PromptTemplate = former(CurrentPromptTemplate)
const RoutingPolicy = former(CurrentRoutingPolicy)

function install(by: Client, logger: Logger = silentLogger): Promise<void> {
  return installCustomResourceDefinitions(by, logger, signal, service)
}

let folder: string
let server: ApiServer
let client: Client

async function start(): Promise<void> {
  const dataDir = join(folder, 'apiserver')
  const answers: { by?: Manager } = {}
  server = await startApiServer({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    logger: silentLogger,
    localWebhooks: ({ path }, review) => answers.by?.webhooks.review(path || '/', review),
  })
  const config = loadKubeConfig({ text: server.kubeconfig() })
  client = createClient(config, { logger: silentLogger })
  const manager = new Manager({ config, logger: silentLogger, webhookServer: false })
  answers.by = manager
  setupVersions(manager, { converts: true, logger: silentLogger })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-migrate-'))
  await start()
  await installOldDefinitions()
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

function propertiesOf(schema: StructuralSchema | undefined, ...path: readonly string[]) {
  let current = schema
  for (const name of path) current = name === '[]' ? current?.items : current?.properties?.[name]
  if (current?.properties === undefined) throw new Error(`no properties at ${path.join('.')}`)
  return current.properties
}

/** The definition of the first version: `retry.on` and `retry.true`, and decimal strings. */
function oldDefinition(type: DefinedResource<TypedObject>): CustomResourceDefinitionObject {
  const crd = structuredClone(type.crd)
  const schema = crd.spec.versions[0]?.schema?.openAPIV3Schema
  if (type.kind === 'RoutingPolicy') {
    const retry = propertiesOf(schema, 'spec', 'rules', '[]', 'retry')
    const { conditions } = retry
    if (conditions) Object.assign(retry, { on: conditions, true: { ...conditions } })
    delete retry['conditions']
    delete retry['true']?.default
    const whole = propertiesOf(schema, 'spec', 'rules', '[]')['retry']
    if (whole?.default !== undefined) whole.default = applyDefaults({}, whole)
  }
  if (type.kind === 'Persona') makeStrings(propertiesOf(schema, 'spec', 'settings'))
  if (type.kind === 'PromptTemplate') {
    makeStrings(propertiesOf(schema, 'spec', 'versions', '[]', 'settings'))
  }
  return crd
}

function makeStrings(settings: Record<string, StructuralSchema>): void {
  for (const name of ['temperature', 'topP', 'presencePenalty', 'frequencyPenalty']) {
    settings[name] = { type: 'string', maxLength: 32, pattern: '^-?[0-9]+(\\.[0-9]+)?$' }
  }
}

async function installOldDefinitions(): Promise<void> {
  for (const type of kindVersions.map((kind) => former(kind))) {
    const crd = oldDefinition(type)
    await client.apply(CustomResourceDefinition, crd, { fieldManager: 'old', force: true })
  }
}

function object(kind: string, name: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind,
    metadata: { namespace: 'default', name },
    spec,
  }
}

const rule = (retry: object) => ({
  gatewayRefs: [{ name: 'default' }],
  rules: [{ name: 'r', targets: [{ name: 't', providerRef: { name: 'p' } }], retry }],
})

const old: readonly (readonly [ResourceType, KubernetesObject])[] = [
  [RoutingPolicy, object('RoutingPolicy', 'on', rule({ attempts: 1, on: ['Timeout'] }))],
  [RoutingPolicy, object('RoutingPolicy', 'unquoted', rule({ true: ['Connect'] }))],
  [RoutingPolicy, object('RoutingPolicy', 'defaulted', rule({}))],
  [
    Persona,
    object('Persona', 'warm', {
      instructions: 'Hi',
      settings: { temperature: '0.70', presencePenalty: '-1.5', maxOutputTokens: 5 },
    }),
  ],
  [Persona, object('Persona', 'plain', { instructions: 'Hi' })],
  [
    PromptTemplate,
    object('PromptTemplate', 'published', {
      versions: [
        {
          version: '1',
          messages: [{ role: 'user', content: 'Hi' }],
          settings: { temperature: '0.2', topP: '1' },
        },
      ],
    }),
  ],
]

async function createOld(): Promise<void> {
  for (const [type, one] of old) await client.create(untyped(type), one)
}

async function specOf(type: ResourceType, name: string): Promise<unknown> {
  return (await client.get(untyped(type), { namespace: 'default', name }))['spec']
}

const retryOf = async (name: string) =>
  (await specOf(RoutingPolicy, name)) as { rules: [{ retry: object }] }

async function expectNewShape(): Promise<void> {
  expect((await retryOf('on')).rules[0].retry).toEqual({ attempts: 1, conditions: ['Timeout'] })
  expect((await retryOf('unquoted')).rules[0].retry).toEqual({
    attempts: 2,
    conditions: ['Connect'],
  })
  expect((await retryOf('defaulted')).rules[0].retry).toEqual({
    attempts: 2,
    conditions: allFailures,
  })
  expect(await specOf(Persona, 'warm')).toMatchObject({
    settings: { temperature: 0.7, presencePenalty: -1.5, maxOutputTokens: 5 },
  })
  expect(await specOf(PromptTemplate, 'published')).toMatchObject({
    versions: [{ version: '1', settings: { temperature: 0.2, topP: 1 } }],
  })
}

/** A logger that records what was migrated. */
function recordingLogger(): { readonly logger: Logger; readonly migrated: string[] } {
  const migrated: string[] = []
  const info = (fields: object, message: string) => {
    const { kind, name } = fields as { kind?: string; name?: string }
    if (message === 'resource migrated') migrated.push(`${kind} ${name}`)
  }
  return { logger: { ...silentLogger, info }, migrated }
}

/** The client, failing at the nth stored update of a resource, as if the process were killed. */
function killedAt(count: number): Client {
  let updates = 0
  return {
    ...client,
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    apply: (...args) => client.apply(...args),
    update: (type, changed, options) => {
      if (options?.dryRun !== true && ++updates === count) {
        return Promise.reject(new Error('killed'))
      }
      return client.update(type, changed, options)
    },
  }
}

describe('resources of an older shape', () => {
  it('are rewritten before the definitions are installed, once, with a line each', async () => {
    await createOld()
    const { logger, migrated } = recordingLogger()
    await install(client, logger)
    await expectNewShape()
    expect(migrated.toSorted()).toEqual([
      'Persona warm',
      'PromptTemplate published',
      'RoutingPolicy defaulted',
      'RoutingPolicy on',
      'RoutingPolicy unquoted',
    ])
    await install(client, logger)
    expect(migrated).toHaveLength(5)
  })

  it.each([1, 2, 3, 4, 5])('survive a kill at write %d and a restart', async (count) => {
    await createOld()
    const killed = install(killedAt(count))
    await expect(killed).rejects.toThrow('killed')
    await server.stop()
    await start()
    await install(client)
    await expectNewShape()
  })

  it('are rewritten although somebody installed the current definitions before', async () => {
    await createOld()
    for (const crd of servedDefinitions(service)) {
      await client.apply(CustomResourceDefinition, crd, { fieldManager: 'old', force: true })
    }
    await install(client)
    await expectNewShape()
  })

  it('leave behind definitions that check and default as usual', async () => {
    await createOld()
    await install(client)
    const hot = object('Persona', 'hot', { instructions: 'Hi', settings: { temperature: '1' } })
    await expect(client.create(untyped(Persona), hot)).rejects.toThrow('of type number')
    const key = { namespace: 'default', name: 'published' }
    const template = await client.get(CurrentPromptTemplate, key)
    const [version] = template.spec.versions
    if (version?.settings) version.settings.temperature = 0.9
    await expect(client.update(CurrentPromptTemplate, template)).rejects.toThrow('never changes')
  })

  it('are not written before the API server keeps what it does not know', async () => {
    await createOld()
    let probes = 0
    const late: Client = {
      ...killedAt(0),
      update: async (type, resource, options) => {
        if (options?.dryRun !== true) {
          expect(probes).toBeGreaterThan(3)
          return client.update(type, resource, options)
        }
        probes += 1
        if (probes === 1) throw errors.conflict(type.plural, resource.metadata.name ?? '')
        // The definition is not in force yet: unknown fields are pruned.
        const pruned: unknown = { ...resource, spec: {} }
        return probes <= 3 ? (pruned as never) : client.update(type, resource, options)
      },
    }
    await install(late)
    await expectNewShape()
  })

  it('are looked through once: the definition remembers it', async () => {
    await createOld()
    await install(client)
    const unlisted: Client = {
      ...killedAt(0),
      list: () => Promise.reject(new Error('listed again')),
    }
    await install(unlisted)
  })

  it('are not missed when one is created meanwhile', async () => {
    await createOld()
    let created = false
    const interrupted: Client = {
      ...killedAt(0),
      update: async (type, resource, options) => {
        if (options?.dryRun !== true && !created && type.kind === 'RoutingPolicy') {
          created = true
          const late = object('RoutingPolicy', 'late', rule({ on: ['Timeout'] }))
          await client.create(untyped(RoutingPolicy), late)
        }
        return client.update(type, resource, options)
      },
    }
    await install(interrupted)
    await expectNewShape()
    expect((await retryOf('late')).rules[0].retry).toMatchObject({ conditions: ['Timeout'] })
  })

  it('are not missed when another writer is faster', async () => {
    await createOld()
    let interfered = false
    const racing: Client = {
      ...killedAt(0),
      update: async (type, resource, options) => {
        if (options?.dryRun !== true && !interfered) {
          interfered = true
          const labels = { touched: 'yes' }
          await client.update(type, { ...resource, metadata: { ...resource.metadata, labels } })
        }
        return client.update(type, resource, options)
      },
    }
    await install(racing)
    await expectNewShape()
  })
})

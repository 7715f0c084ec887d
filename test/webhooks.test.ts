import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { TestEnvironment, type TestEnvironmentOptions } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  AdmissionDeniedError,
  type Client,
  conversionDefinitions,
  createClient,
  loadKubeConfig,
  Manager,
  type ManagerOptions,
  probeResponse,
  webhookBuilder,
  webhookConfigurations,
} from '@fairlead/controller-runtime'
import {
  defineResource,
  defineVersions,
  invalidField,
  type JsonSchema,
  type KubernetesObject,
} from '@fairlead/kube-core'
import { MutatingWebhookConfiguration, Secret } from '@fairlead/kube-types'
import { afterEach, describe, expect, test } from 'vitest'

import { freePort } from './support/free-port.ts'
import { kubectlFor } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const names = { group: 'example.com', kind: 'Database', plural: 'databases' }
const schema = <T>(properties: object) => ({ type: 'object', properties }) as JsonSchema<T>

interface Spec {
  readonly replicas?: number
  readonly engine?: string
}

const databases = defineVersions(
  {
    v1alpha1: defineResource({
      ...names,
      version: 'v1alpha1',
      description: 'A database.',
      spec: schema<{ readonly size?: number }>({ size: { type: 'integer' } }),
    }),
    v1: defineResource({
      ...names,
      version: 'v1',
      description: 'A database.',
      spec: schema<Spec>({ replicas: { type: 'integer' }, engine: { type: 'string' } }),
    }),
  },
  {
    storage: 'v1',
    convert: {
      v1alpha1: {
        toHub: ({ spec: { size } }) => ({ spec: size === undefined ? {} : { replicas: size } }),
        fromHub: ({ spec: { replicas } }) => ({
          spec: replicas === undefined ? {} : { size: replicas },
        }),
      },
    },
  },
)
const Database = databases.versions.v1

/** The operator's webhooks, as its program and its tests declare them. */
function setup(manager: Manager): void {
  webhookBuilder(manager)
    .for(Database)
    .defaults((database) => ({ ...database, spec: { engine: 'postgres', ...database.spec } }))
    .validates({
      create: ({ spec: { replicas = 1 } }) => ({
        errors: replicas > 0 ? [] : [invalidField('spec.replicas', replicas, 'must be positive')],
        warnings: replicas === 2 ? ['two replicas have no majority'] : [],
      }),
      update: ({ spec }, old, { user }) => {
        if ((spec.replicas ?? 1) >= (old.spec.replicas ?? 1)) return
        throw new AdmissionDeniedError(`${user.username} may not scale down`)
      },
      delete: ({ metadata }) => {
        if (metadata.labels?.['protected'] === 'yes') {
          throw new AdmissionDeniedError('the database is protected')
        }
      },
    })
    .build()
  manager.webhooks.converts(databases)
}

let undo = new AsyncDisposableStack()
afterEach(async () => {
  const done = undo
  undo = new AsyncDisposableStack()
  await done.disposeAsync()
})

async function start(options: TestEnvironmentOptions = {}) {
  const environment = undo.use(await TestEnvironment.start({ namespaceObjects: true, ...options }))
  const config = () => loadKubeConfig({ text: environment.kubeconfig() })
  const client = createClient(config(), { logger: silentLogger })
  undo.defer(() => client.close())
  return { environment, config, client }
}

function endpointOf({ webhooks }: TestEnvironment) {
  if (webhooks === undefined) throw new Error('the environment has no webhooks')
  return webhooks
}

/** A running manager with the webhooks. */
async function run(options: ManagerOptions): Promise<Manager> {
  const manager = new Manager({ logger: silentLogger, ...options })
  setup(manager)
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  await Promise.race([running, waitFor('the webhooks', () => isListening(manager))])
  undo.defer(async () => {
    stop.abort()
    await running
  })
  return manager
}

const isListening = (manager: Manager) =>
  probeResponse('/readyz/webhooks-listening', new URLSearchParams(), manager.healthChecks)
    .status === 200

function kubectlOf(environment: TestEnvironment) {
  const folder = undo.use(temporaryFolder())
  const file = join(folder.path, 'kubeconfig')
  writeFileSync(file, environment.kubeconfig(), { mode: 0o600 })
  const kubectl = kubectlFor(file)
  undo.defer(() => kubectl.dispose())
  return kubectl
}

const manifest = (version: string, spec: object, name = 'orders', more: object = {}) =>
  JSON.stringify({
    apiVersion: `example.com/${version}`,
    kind: 'Database',
    metadata: { name, namespace: 'default', ...more },
    spec,
  })

/** What an operator's manifests would hold. */
function manifestsOf(options: Parameters<typeof webhookConfigurations>[1] = {}) {
  const manager = new Manager({ client: {} as Client, logger: silentLogger })
  setup(manager)
  const { registered } = manager.webhooks
  const { mutating, validating } = webhookConfigurations(registered, options)
  return [...conversionDefinitions(registered, options), mutating, validating].filter(
    (each) => each !== undefined,
  ) as KubernetesObject[]
}

// controller-runtime pkg/webhook/webhook_integration_test.go: "should reject create request for webhook
// that rejects all requests"
test('kubectl sees defaults, denials, warnings and other versions', async () => {
  const { environment, config } = await start({ webhooks: {} })
  const { host, port, certDir } = endpointOf(environment)
  await run({
    config: config(),
    webhookServer: { host, port, certificates: { directory: certDir } },
  })
  await environment.install(...manifestsOf())
  const kubectl = kubectlOf(environment)

  expect(await kubectl.apply(manifest('v1', { replicas: 3 }))).toBe(
    'database.example.com/orders created\n',
  )
  expect(await kubectl('get', 'database', 'orders', '-o', 'jsonpath={.spec}')).toBe(
    '{"engine":"postgres","replicas":3}',
  )
  // Nothing changes when the same is applied again.
  expect(await kubectl.apply(manifest('v1', { replicas: 3 }))).toBe(
    'database.example.com/orders unchanged\n',
  )

  const invalid = await kubectl.run(['apply', '-f', '-'], manifest('v1', { replicas: 0 }, 'zero'))
  expect(invalid).toMatchObject({
    code: 1,
    stderr: 'The Database "zero" is invalid: spec.replicas: Invalid value: 0: must be positive\n',
  })
  const scaled = await kubectl.run(['apply', '-f', '-'], manifest('v1', { replicas: 1 }))
  expect(scaled.code).toBe(1)
  expect(scaled.stderr).toContain(
    'admission webhook "vdatabase-v1.kb.io" denied the request: admin may not scale down',
  )
  const warned = await kubectl.run(['apply', '-f', '-'], manifest('v1', { replicas: 2 }, 'two'))
  expect(warned).toMatchObject({ code: 0, stderr: 'Warning: two replicas have no majority\n' })

  // In the older version, which the validator is asked about in its own.
  expect(
    await kubectl('get', 'database.v1alpha1.example.com', 'orders', '-o', 'jsonpath={.spec}'),
  ).toBe('{"size":3}')
  const older = await kubectl.run(['apply', '-f', '-'], manifest('v1alpha1', { size: 0 }, 'old'))
  expect(older.stderr).toContain('spec.replicas: Invalid value: 0: must be positive')

  await kubectl.apply(manifest('v1', { replicas: 2 }, 'two', { labels: { protected: 'yes' } }))
  const deleted = await kubectl.run(['delete', 'database', 'two'])
  expect(deleted.stderr).toContain('denied the request: the database is protected')
  expect(await kubectl('delete', 'database', 'orders')).toContain('deleted')
})

// Without a port, a certificate or a wait: what tests of an operator use.
test('an API server in the process asks the same webhooks without a socket', async () => {
  const { environment, config, client } = await start()
  const manager = new Manager({ config: config(), logger: silentLogger, webhookServer: false })
  setup(manager)
  environment.answerWebhooks((path, review) => manager.webhooks.review(path, review))
  await environment.install(...manifestsOf())
  const database = (replicas: number) => ({
    apiVersion: 'example.com/v1',
    kind: 'Database',
    metadata: { namespace: 'default', name: 'orders' },
    spec: { replicas },
  })
  await expect(client.create(Database, database(0))).rejects.toThrow(
    'spec.replicas: Invalid value: 0: must be positive',
  )
  const created = await client.create(Database, database(3))
  expect(created.spec).toEqual({ engine: 'postgres', replicas: 3 })
  const key = { namespace: 'default', name: 'orders' }
  expect((await client.get(databases.versions.v1alpha1, key)).spec).toEqual({ size: 3 })
  environment.answerWebhooks(undefined)
  await expect(client.update(Database, created)).rejects.toThrow(
    'service "webhook-service" not found',
  )
})

describe('certificates that we make', () => {
  const service = { namespace: 'default', name: 'operator' }
  const secret = { namespace: 'default', name: 'webhook-certificates' }

  /** A cluster in which the Service of the operator leads to the port here. */
  async function cluster() {
    const port = await freePort()
    const started = await start()
    await started.environment.install(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: service,
        spec: { type: 'ExternalName', externalName: '127.0.0.1' },
      },
      ...manifestsOf({ service: { ...service, port } }),
    )
    return { ...started, port }
  }

  test('are shared by replicas, and rotated while requests run without one failing', async () => {
    const { config, client, port } = await cluster()
    const lifetimes = { certificateMs: 3_000, authorityMs: 12_000, overlapMs: 500 }
    const provision = { service, secret, lifetimes, checkIntervalMs: 50 }
    const webhookServer = { host: '127.0.0.1', port, certificates: { provision } }
    await run({ config: config(), webhookServer })
    // Another replica, which nothing calls, but which keeps the same certificates.
    await run({ config: config(), webhookServer: { ...webhookServer, port: 0 } })

    const authorities = new Set<string>()
    const certificates = new Set<string>()
    let requests = 0
    while (authorities.size < 3) {
      requests += 1
      const name = `database-${requests}`
      const created = await client.create(Database, {
        apiVersion: 'example.com/v1',
        kind: 'Database',
        metadata: { namespace: 'default', name },
        spec: {},
      })
      expect(created.spec).toEqual({ engine: 'postgres' })
      const { spec } = await client.get(databases.versions.v1alpha1, { namespace: 'default', name })
      expect(spec).toEqual({})
      const { data = {} } = await client.get(Secret, secret)
      const bundle = Buffer.from(data['ca.crt'] ?? '', 'base64').toString()
      authorities.add(bundle.slice(0, bundle.indexOf('-----END')))
      certificates.add(data['tls.crt'] ?? '')
    }
    expect(requests).toBeGreaterThan(100)
    expect(certificates.size).toBeGreaterThan(authorities.size)
  }, 60_000)

  test('are injected again into a configuration that somebody replaced', async () => {
    const { environment, config, client, port } = await cluster()
    const provision = { service, secret, checkIntervalMs: 50 }
    await run({
      config: config(),
      webhookServer: { host: '127.0.0.1', port, certificates: { provision } },
    })
    const name = 'mutating-webhook-configuration'
    const bundle = async () => {
      const { webhooks } = await client.get(MutatingWebhookConfiguration, { name })
      return webhooks?.[0]?.clientConfig.caBundle
    }
    const injected = await waitFor('the bundle', bundle)
    await environment.install(...manifestsOf({ service: { ...service, port } }))
    expect(await waitFor('the bundle again', bundle)).toBe(injected)
  })

  test('are not put into the Secret of somebody else', async () => {
    const { config, client } = await cluster()
    await client.create(Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: secret,
      data: { password: 'czNjcjN0' },
    })
    const webhookServer = { port: 0, certificates: { provision: { service, secret } } }
    await expect(run({ config: config(), webhookServer })).rejects.toThrow(
      'the Secret default/webhook-certificates holds something else: it has no label',
    )
    expect((await client.get(Secret, secret)).data).toEqual({ password: 'czNjcjN0' })
  })

  test('need permissions, and say which', async () => {
    const { environment } = await cluster()
    const { kubeconfig } = environment.addUser({ name: 'nobody' })
    const config = loadKubeConfig({ text: kubeconfig })
    const webhookServer = { port: 0, certificates: { provision: { service, secret } } }
    await expect(run({ config, webhookServer })).rejects.toThrow(
      'the certificates of the webhooks cannot be kept in the Secret default/webhook-certificates: secrets "webhook-certificates" is forbidden: User "nobody" cannot get resource "secrets"',
    )
  })
})

describe('a manager with webhooks', () => {
  test('says what is missing when nothing says how they are served', async () => {
    const { config } = await start()
    await expect(run({ config: config() })).rejects.toThrow(
      'the webhook /mutate-example-com-v1-database is registered, but nothing says how it is served: give the manager the option webhookServer with certificates',
    )
  })

  test('serves nothing without webhooks, whatever the option says', async () => {
    const { config } = await start()
    const manager = new Manager({
      config: config(),
      logger: silentLogger,
      webhookServer: { certificates: { directory: '/nowhere' } },
    })
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await manager.whenElected()
    expect(manager.healthChecks.readyz.has('webhooks-listening')).toBe(false)
    stop.abort()
    await running
  })

  test('rejects when its certificate files are not there', async () => {
    const { config } = await start()
    const webhookServer = { port: 0, certificates: { directory: '/nowhere' } }
    await expect(run({ config: config(), webhookServer })).rejects.toThrow(
      'no certificate can be taken from /nowhere/tls.crt and /nowhere/tls.key',
    )
  })

  // controller-runtime pkg/webhook/server_test.go: "when registering webhooks after starting"
  test('serves those that are registered later', async () => {
    const { environment, config } = await start({ webhooks: {} })
    const { host, port, certDir } = endpointOf(environment)
    const manager = new Manager({
      config: config(),
      logger: silentLogger,
      webhookServer: { host, port, certificates: { directory: certDir } },
    })
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await manager.whenElected()
    setup(manager)
    await waitFor('the webhooks', () => isListening(manager))
    stop.abort()
    await running
  })

  test('answers reviews without a socket', async () => {
    const manager = new Manager({ client: {} as Client, logger: silentLogger })
    setup(manager)
    const request = {
      uid: 'r-1',
      desiredAPIVersion: 'example.com/v1alpha1',
      objects: [JSON.parse(manifest('v1', { replicas: 2 })) as object],
    }
    expect(
      await manager.webhooks.review('/convert', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'ConversionReview',
        request,
      }),
    ).toMatchObject({
      response: {
        uid: 'r-1',
        convertedObjects: [{ apiVersion: 'example.com/v1alpha1', spec: { size: 2 } }],
      },
    })
  })
})

import { once } from 'node:events'
import { createServer } from 'node:https'

import { TestEnvironment, type TestEnvironmentOptions } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  createClient,
  loadKubeConfig,
  Manager,
  migrateStorage,
  StorageMigrationError,
  type StorageMigrationProgress,
  StorageMigrator,
} from '@fairlead/controller-runtime'
import { RecordingLogger } from '@fairlead/controller-runtime/testing'
import {
  type CustomResourceDefinitionObject,
  defineResource,
  defineVersions,
  jsonSchema,
  type KubernetesObject,
} from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import { afterEach, describe, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

const names = { group: 'example.com', kind: 'Cluster', plural: 'clusters', description: '' }
const integer = { type: 'integer' }

const v1alpha1 = defineResource({
  ...names,
  version: 'v1alpha1',
  spec: jsonSchema<{ size: number }>({ type: 'object', properties: { size: integer } }),
})
const v1 = defineResource({
  ...names,
  version: 'v1',
  spec: jsonSchema<{ replicas: number }>({ type: 'object', properties: { replicas: integer } }),
})
const v1beta1 = defineResource({ ...names, version: 'v1beta1', spec: schemaOfAlpha() })

/** With a webhook. */
const converted = defineVersions(
  { v1alpha1, v1 },
  {
    storage: 'v1',
    convert: {
      v1alpha1: {
        toHub: ({ spec }) => ({ spec: { replicas: spec.size } }),
        fromHub: ({ spec }) => ({ spec: { size: spec.replicas } }),
      },
    },
  },
)

/** Without one. */
const equal = defineVersions(
  { v1alpha1, v1beta1 },
  { storage: 'v1beta1', convert: { v1alpha1: 'none' } },
)

function schemaOfAlpha() {
  return jsonSchema<{ size: number }>({ type: 'object', properties: { size: integer } })
}

const undo: (() => unknown)[] = []

afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
})

async function start(crd: CustomResourceDefinitionObject, more: TestEnvironmentOptions = {}) {
  const environment = await TestEnvironment.start({ crds: [storedAs(crd, 'v1alpha1')], ...more })
  undo.push(() => environment.stop())
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  const client = createClient(config, { logger: silentLogger })
  return { environment, config, client }
}

/** The definition as it was when objects were stored in an older version. */
function storedAs(
  crd: CustomResourceDefinitionObject,
  storage: string,
): CustomResourceDefinitionObject {
  const versions = crd.spec.versions.map((each) => ({ ...each, storage: each.name === storage }))
  return { ...crd, spec: { ...crd.spec, versions } }
}

function old(name: string) {
  const metadata = { namespace: 'default', name }
  return { apiVersion: 'example.com/v1alpha1', kind: 'Cluster', metadata, spec: { size: 3 } }
}

type Started = Awaited<ReturnType<typeof start>>

async function createOld({ client }: Started, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await client.create(v1alpha1, old(`c${index}`))
}

async function storedVersions({ client }: Started): Promise<readonly string[] | undefined> {
  const name = 'clusters.example.com'
  return (await client.get(CustomResourceDefinition, { name })).status?.storedVersions
}

const fast = { writesPerSecond: 10_000 }

describe('the migration of stored objects', () => {
  it('rewrites them through the conversion webhook, and then lets the old version be removed', async () => {
    const started = await start(converted.crd, { webhooks: {} })
    const { environment, client } = started
    await serveConversions(environment)
    await createOld(started, 7)
    await environment.install(converted.crd)
    expect(await storedVersions(started)).toEqual(['v1alpha1', 'v1'])

    expect(await migrateStorage(client, converted, { ...fast, pageSize: 3 })).toEqual({
      storageVersion: 'v1',
      droppedVersions: ['v1alpha1'],
      rewritten: 7,
    })

    expect(await storedVersions(started)).toEqual(['v1'])
    const only = converted.crd.spec.versions.find(({ name }) => name === 'v1')
    const conversion = { strategy: 'None' as const }
    const spec = { ...converted.crd.spec, versions: only ? [only] : [], conversion }
    await environment.install({ ...converted.crd, spec })
    const { items } = await client.list(v1, { namespace: 'default' })
    expect(items.map(({ spec: { replicas } }) => replicas)).toEqual(Array(7).fill(3))
  })

  it('does nothing if all objects are in the storage version', async () => {
    const started = await start(equal.crd)
    const { client } = started
    await createOld(started, 1)
    const { metadata } = await client.get(v1alpha1, { namespace: 'default', name: 'c0' })
    const migration = await migrateStorage(client, equal)
    expect(migration).toEqual({ storageVersion: 'v1alpha1', droppedVersions: [], rewritten: 0 })
    const after = await client.get(v1alpha1, { namespace: 'default', name: 'c0' })
    expect(after.metadata.resourceVersion).toBe(metadata.resourceVersion)
  })

  it('does not mind objects that are deleted or written meanwhile', async () => {
    const started = await start(equal.crd)
    const { environment, client } = started
    await createOld(started, 6)
    await environment.install(equal.crd)
    const overtaken = async ({ rewritten }: StorageMigrationProgress) => {
      if (rewritten !== 2) return
      await client.delete(v1alpha1, { namespace: 'default', name: 'c2' })
      const patch = { type: 'merge', body: { spec: { size: 4 } } } as const
      await client.patch(v1alpha1, { namespace: 'default', name: 'c3' }, patch)
    }
    // Pages of a list are of one moment: they still hold what has gone since.
    await migrateStorage(client, equal, { ...fast, pageSize: 2, onPage: overtaken })
    expect(await storedVersions(started)).toEqual(['v1beta1'])
    const { items } = await client.list(v1beta1, { namespace: 'default' })
    expect(items.map(({ spec }) => spec.size)).toEqual([3, 3, 4, 3, 3])
  })

  it('goes on where it stopped, also when the pages of the list have expired', async () => {
    const started = await start(equal.crd)
    const { environment, client } = started
    await createOld(started, 6)
    await environment.install(equal.crd)
    const stop = new AbortController()
    let progress: StorageMigrationProgress | undefined
    const onPage = (at: StorageMigrationProgress) => {
      progress = at
      stop.abort(new Error('stopped'))
    }
    const options = { ...fast, pageSize: 4, onPage, signal: stop.signal }
    await expect(migrateStorage(client, equal, options)).rejects.toThrow('stopped')
    expect(progress).toMatchObject({ rewritten: 4, continue: expect.any(String) })
    expect(await storedVersions(started)).toEqual(['v1alpha1', 'v1beta1'])

    environment.server.compact()
    const resumed = await migrateStorage(client, equal, { ...fast, pageSize: 4, resume: progress })
    expect(resumed.rewritten).toBe(6)
    expect(await storedVersions(started)).toEqual(['v1beta1'])
  })

  it('names what is refused, rewrites the rest, and keeps the old version', async () => {
    const started = await start(equal.crd)
    const { environment, client } = started
    await createOld(started, 5)
    await environment.install(equal.crd, ...refusing('c1'))
    const refused = 'clusters.example.com could not be rewritten: default/c1: '
    await waitFor('the policy refuses', async () => {
      // The policy is in force a moment after it was created.
      const pages: (string | undefined)[] = []
      const onPage = (at: StorageMigrationProgress) => void pages.push(at.continue)
      const outcome = migrateStorage(client, equal, { ...fast, pageSize: 2, onPage })
      const error = await outcome.then(
        () => undefined,
        (failure: unknown) => failure,
      )
      if (!(error instanceof StorageMigrationError)) return false
      expect(error.message).toContain(`1 of ${refused}`)
      expect(pages).toEqual([undefined, undefined, undefined])
      return true
    })
    expect(await storedVersions(started)).toEqual(['v1alpha1', 'v1beta1'])
  })

  it('starts over if the definition changes meanwhile', async () => {
    const started = await start(equal.crd)
    const { environment, client } = started
    await createOld(started, 1)
    await environment.install(equal.crd)
    const changed = async () => {
      await environment.install(storedAs(equal.crd, 'v1alpha1'))
    }
    await expect(migrateStorage(client, equal, { ...fast, onPage: changed })).rejects.toThrow(
      'clusters.example.com changed while its objects were rewritten: migrate again',
    )
  })

  it('is done by a manager, which tries again until it succeeds', async () => {
    const started = await start(equal.crd)
    const { environment, config } = started
    await createOld(started, 3)
    const logger = new RecordingLogger()
    const manager = new Manager({ config, logger })
    manager.add(new StorageMigrator({ client: manager.client, kinds: [equal], logger, ...fast }))
    await environment.install(equal.crd)
    environment.faults.inject({
      verbs: ['list'],
      resource: 'clusters.example.com',
      fault: { type: 'status', code: 500 },
      times: 1,
    })
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    undo.push(async () => {
      stop.abort()
      await running
    })
    await waitFor('one stored version', async () => (await storedVersions(started))?.length === 1)
    expect(logger.lines.map(({ message }) => message)).toContain(
      'the storage migration failed and is tried again',
    )
  })
})

/** A policy that refuses changes of one object. */
function refusing(name: string): KubernetesObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const rule = {
    apiGroups: ['example.com'],
    apiVersions: ['*'],
    operations: ['UPDATE'],
    resources: ['clusters'],
  }
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'refusing' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: `object.metadata.name != '${name}'` }],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'refusing' },
      spec: { policyName: 'refusing', validationActions: ['Deny'] },
    },
  ]
}

interface ConversionReview {
  readonly request: {
    readonly uid: string
    readonly desiredAPIVersion: string
    readonly objects: readonly Parameters<typeof converted.convert>[0][]
  }
}

/** What a conversion webhook is, at its least. */
async function serveConversions({ webhooks }: TestEnvironment): Promise<void> {
  const { host, port, certificate: cert, privateKey: key } = webhooks ?? {}
  const server = createServer({ cert, key }, (request, response) => {
    void (async () => {
      const { request: asked } = JSON.parse(await textOf(request)) as ConversionReview
      const version = asked.desiredAPIVersion.split('/')[1] as 'v1'
      const convertedObjects = asked.objects.map((each) => converted.convert(each, version))
      const answer = { uid: asked.uid, result: { status: 'Success' }, convertedObjects }
      const apiVersion = 'apiextensions.k8s.io/v1'
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ apiVersion, kind: 'ConversionReview', response: answer }))
    })()
  }).listen(port, host)
  await once(server, 'listening')
  undo.push(() => {
    server.close()
    server.closeAllConnections()
  })
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

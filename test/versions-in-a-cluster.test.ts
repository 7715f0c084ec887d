// The operator's part: certificates, the Service, the migration. In between it is gone.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { kindVersions } from '@fairlead/api'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig, Manager } from '@fairlead/controller-runtime'
import { type DefinedResource, type TypedObject, untyped } from '@fairlead/kube-core'
import { CustomResourceDefinition, Service } from '@fairlead/kube-types'
import { setupVersions } from '@fairlead/operator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCustomResourceDefinitions } from '../packages/cli/src/install-crds.ts'
import { waitFor } from './support/wait-for.ts'

const { signal } = new AbortController()
const key = { namespace: 'default', name: 'shop' }

function consumerIn(version: string): DefinedResource<TypedObject> {
  const type = kindVersions.find(({ kind }) => kind === 'Consumer')?.versions[version]
  if (!type) throw new Error(`no Consumer of ${version}`)
  return type
}
const former = consumerIn('v1alpha1')
const current = consumerIn('v1beta1')

describe('stored Consumers of v1alpha1', () => {
  let environment: TestEnvironment
  let client: ReturnType<typeof createClient>
  let port: number

  beforeEach(async () => {
    environment = await TestEnvironment.start()
    const config = loadKubeConfig({ text: environment.kubeconfig() })
    client = createClient(config, { onWarning: () => {} })
    await client.apply(CustomResourceDefinition, former.crd, { fieldManager: 'before' })
    await waitFor('the kind', () => client.list(untyped(former)))
    await client.create(untyped(former), {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Consumer',
      metadata: key,
      spec: { serviceAccounts: ['shop/web'] },
    })
    port = await freePort()
    await client.create(Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name: 'hooks' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    })
  })
  afterEach(async () => {
    await client.close()
    await environment.stop()
  })

  const storedVersions = async () => {
    const name = 'consumers.fairlead.dev'
    return (await client.get(CustomResourceDefinition, { name })).status?.storedVersions
  }
  const specOf = async (type: DefinedResource<TypedObject>) =>
    (await client.get(untyped(type), key))['spec']
  const service = () => ({ namespace: 'default', name: 'hooks', port })

  /** What the operator does, without the rest of it. */
  function startOperator() {
    const stopping = new AbortController()
    const secret = { namespace: 'default', name: 'hooks-certificate' }
    const manager = new Manager({
      config: loadKubeConfig({ text: environment.kubeconfig() }),
      logger: silentLogger,
      webhookServer: {
        host: 'localhost',
        port,
        certificates: { provision: { service: service(), secret, checkIntervalMs: 100 } },
      },
    })
    setupVersions(manager, { converts: true, logger: silentLogger })
    const running = manager.start(stopping.signal)
    return async () => {
      stopping.abort()
      await running
    }
  }

  it('are converted by the operator, and migrated', async () => {
    await installCustomResourceDefinitions(client, silentLogger, signal, service())
    expect(await storedVersions()).toEqual(['v1alpha1', 'v1beta1'])
    // Nobody answers yet: what needs no conversion is read all the same.
    expect(await specOf(former)).toMatchObject({ serviceAccounts: ['shop/web'] })
    await expect(specOf(current)).rejects.toThrow('conversion webhook for fairlead.dev/v1alpha1')
    const stop = startOperator()
    await waitFor('the migration', async () => (await storedVersions())?.length === 1)
    expect(await storedVersions()).toEqual(['v1beta1'])
    const serviceAccounts = [{ namespace: 'shop', name: 'web' }]
    expect(await specOf(current)).toMatchObject({ serviceAccounts })
    expect(await specOf(former)).toMatchObject({ serviceAccounts: ['shop/web'] })
    await stop()
    // What is stored in the version of today needs nobody.
    expect(await specOf(current)).toMatchObject({ serviceAccounts })
  })

  it('are not given up where nobody converts', async () => {
    await expect(installCustomResourceDefinitions(client, silentLogger, signal)).rejects.toThrow(
      'there are consumers of v1alpha1, and nothing that converts them: start the operator in the ' +
        'cluster with --webhook-service',
    )
    expect(await storedVersions()).toEqual(['v1alpha1'])
    await client.delete(untyped(former), key)
    await installCustomResourceDefinitions(client, silentLogger, signal)
    await expect(specOf(former)).rejects.toThrow('could not find the requested resource')
  })

  it('keep the Service that the definition has', async () => {
    await installCustomResourceDefinitions(client, silentLogger, signal, service())
    await installCustomResourceDefinitions(client, silentLogger, signal)
    const { spec } = await client.get(CustomResourceDefinition, { name: 'consumers.fairlead.dev' })
    expect(spec.conversion?.webhook?.clientConfig?.service).toMatchObject({ name: 'hooks', port })
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

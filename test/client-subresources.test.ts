import { bind, type Client, createToken, evict } from '@fairlead/controller-runtime'
import { isConflict, isNotFound, isTooManyRequests } from '@fairlead/kube-core'
import {
  CertificateSigningRequest,
  Deployment,
  Pod,
  PodDisruptionBudget,
  ServiceAccount,
} from '@fairlead/kube-types'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploymentNamed, podNamed, startServerAndClient } from './support/client-suite.ts'

/** A request for a certificate in the name of jane, made by openssl. */
const signingRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHIMHECAQAwDzENMAsGA1UEAwwEamFuZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABL1NFfId7lEvIfQto3C3VjyHlIiWC/03d9tvT9ReOlQ0pbuBpTXSS+IjegOX
wdyHT7ray2cZstAz00kVXTZFBVugADAKBggqhkjOPQQDAgNHADBEAiB04UuH4QNx
Hftm64bm2pUoSt0YQH6Yfykk4nZDOy1bCgIgcSr3QHWrEHDWkqvvJaejFXFyZpgi
UIV7ycoDHDup/LY=
-----END CERTIFICATE REQUEST-----
`

let client: Client
let stop: () => Promise<void>
let round = 0
let key: { namespace: string; name: string }

beforeAll(async () => {
  ;({ client, stop } = await startServerAndClient())
})

afterAll(() => stop())

beforeEach(() => {
  round += 1
  key = { namespace: 'default', name: `object-${round}` }
})

// controller-runtime pkg/client/client_test.go: "SubResourceClient"
describe('the client of a subresource', () => {
  // "should be able to read the Scale subresource"
  it('reads the scale', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    const scale = await client.subresource('scale').get(Deployment, key)
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } })
  })

  // "should be able to update the scale subresource"
  it('updates the scale', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    const scale = await client.subresource('scale').get(Deployment, key)
    const wanted = { ...scale, spec: { replicas: 3 } }
    const answer = await client.subresource('scale').update(Deployment, key, wanted)
    expect(answer.spec?.replicas).toBe(3)
    expect((await client.get(Deployment, key)).spec?.replicas).toBe(3)
  })

  it('fails with a conflict when the scale was read before another write', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    const old = await client.subresource('scale').get(Deployment, key)
    await client.subresource('scale').update(Deployment, key, { ...old, spec: { replicas: 4 } })
    const late = client
      .subresource('scale')
      .update(Deployment, key, { ...old, spec: { replicas: 9 } })
    await expect(late).rejects.toSatisfy(isConflict)
  })

  // "should be able to patch the scale subresource"
  it('patches the scale', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    const patch = { type: 'merge', body: { spec: { replicas: 5 } } } as const
    await client.subresource('scale').patch(Deployment, key, patch)
    expect((await client.get(Deployment, key)).spec?.replicas).toBe(5)
  })

  // "should be able to apply the scale subresource"
  it('applies the scale', async () => {
    const { replicas: _, ...spec } = deploymentNamed(key.name).spec
    await client.create(Deployment, { ...deploymentNamed(key.name), spec })
    await client.subresource('scale').apply(
      Deployment,
      key,
      {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { namespace: key.namespace, name: key.name },
        spec: { replicas: 6 },
      },
      { fieldManager: 'scaler', force: true },
    )
    const deployment = await client.get(Deployment, key)
    expect(deployment.spec?.replicas).toBe(6)
    expect(deployment.metadata.managedFields?.map(({ manager }) => manager)).toContain('scaler')
  })

  // "should be able to create ServiceAccount tokens"
  it('creates a token of a service account', async () => {
    await client.create(ServiceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: key })
    const { token, expirationTimestamp } = await createToken(client, key, {
      audiences: ['somebody'],
      expirationSeconds: 1200,
    })
    const [, claims = ''] = token.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      aud: ['somebody'],
      sub: `system:serviceaccount:default:${key.name}`,
    })
    expect(Date.parse(expirationTimestamp)).toBeGreaterThan(Date.now() + 1_000_000)
  })

  it('fails when there is no such service account', async () => {
    await expect(createToken(client, key)).rejects.toSatisfy(isNotFound)
  })

  // "should be able to create Pod evictions"
  it('evicts a pod', async () => {
    await client.create(Pod, podNamed(key.name))
    await evict(client, key, { gracePeriodSeconds: 0 })
    await expect(client.get(Pod, key)).rejects.toSatisfy(isNotFound)
  })

  it('evicts no pod in a dry run, or with another uid', async () => {
    await client.create(Pod, podNamed(key.name))
    await evict(client, key, { gracePeriodSeconds: 0, dryRun: true })
    const other = evict(client, key, { gracePeriodSeconds: 0, preconditions: { uid: 'other' } })
    await expect(other).rejects.toSatisfy(isConflict)
    expect((await client.get(Pod, key)).metadata.deletionTimestamp).toBeUndefined()
  })

  it('is refused with 429 while a disruption budget does not allow it', async () => {
    const pod = podNamed(key.name)
    const labels = { app: key.name }
    await client.create(Pod, { ...pod, metadata: { ...pod.metadata, labels } })
    await client.status.patch(Pod, key, {
      type: 'merge',
      body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
    })
    await client.create(PodDisruptionBudget, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: key,
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    })
    await client.status.patch(PodDisruptionBudget, key, {
      type: 'merge',
      body: {
        status: {
          observedGeneration: 1,
          disruptionsAllowed: 0,
          currentHealthy: 1,
          desiredHealthy: 1,
          expectedPods: 1,
        },
      },
    })
    await expect(evict(client, key)).rejects.toSatisfy(isTooManyRequests)
    expect((await client.get(Pod, key)).metadata.deletionTimestamp).toBeUndefined()
  })

  // "should be able to create Pod bindings"
  it('binds a pod to a node, once', async () => {
    await client.create(Pod, podNamed(key.name))
    await bind(client, key, 'node-1')
    expect((await client.get(Pod, key)).spec.nodeName).toBe('node-1')
    await expect(bind(client, key, 'node-2')).rejects.toSatisfy(isConflict)
  })

  // "should be able to approve CSRs", "should be able to approve CSRs using Patch"
  it.each(['update', 'patch'] as const)('approves a CSR by %s', async (verb) => {
    const { name } = key
    const created = await client.create(CertificateSigningRequest, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: {
        request: Buffer.from(signingRequest).toString('base64'),
        signerName: 'example.com/signer',
        usages: ['client auth'],
      },
    })
    const condition = {
      type: 'Approved',
      status: 'True' as const,
      reason: 'ApprovedByTest',
      message: 'it is known',
    }
    const status = { conditions: [condition] }
    const approval = client.subresource('approval')
    await (verb === 'update'
      ? approval.update(CertificateSigningRequest, { name }, { ...created, status })
      : approval.patch(CertificateSigningRequest, { name }, { type: 'merge', body: { status } }))
    const stored = await client.get(CertificateSigningRequest, { name })
    expect(stored.status?.conditions).toEqual([expect.objectContaining(condition)])
  })
})

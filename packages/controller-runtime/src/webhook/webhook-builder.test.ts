import { parseJson, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { defineResource, invalidField } from '@fairlead/kube-core'
import { ConfigMap, CronJob, Deployment } from '@fairlead/kube-types'
import { beforeEach, describe, expect, test } from 'vitest'

import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { AdmissionDeniedError, allowed } from './admission-response.ts'
import type { Defaulter } from './defaulting-handler.ts'
import { type WebhookHost, webhookBuilder } from './webhook-builder.ts'
import { webhookConfigurations } from './webhook-configurations.ts'
import { WebhookRegistry } from './webhook-registry.ts'

let clock: FakeClock
let metrics: Metrics
let manager: WebhookHost & { readonly webhooks: WebhookRegistry }

beforeEach(() => {
  clock = new FakeClock()
  metrics = createMetrics()
  const webhooks = new WebhookRegistry({ clock, logger: silentLogger, metrics: metrics.webhook })
  manager = { webhooks, client: { get: () => Promise.resolve(stored as never) } }
})

/** What the API server has. */
const stored: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'default', name: 'foo', labels: { tier: 'production' } },
  spec: { replicas: 3, selector: {}, template: {} },
}

const review = (request: object) => ({
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: { uid: '07e52e8d', namespace: 'default', name: 'foo', ...request },
})
const creation = (replicas?: number) => ({
  operation: 'CREATE',
  object: { metadata: {}, spec: { replicas } },
})
const deletion = (replicas: number) => ({
  operation: 'DELETE',
  object: null,
  oldObject: { metadata: {}, spec: { replicas } },
})

const mutate = '/mutate-apps-v1-deployment'
const validate = '/validate-apps-v1-deployment'

const withReplicas: Defaulter<Deployment> = (deployment) => ({
  ...deployment,
  spec: { ...deployment.spec, replicas: 2 },
})

describe('webhooks of a kind', () => {
  // controller-runtime pkg/builder/webhook_test.go: "scaffold a defaulting webhook"
  test('a defaulter is asked at its path, and nothing at that of a validator', async () => {
    webhookBuilder(manager).for(Deployment).defaults(withReplicas).build()
    expect(await manager.webhooks.review(mutate, review(creation()))).toMatchObject({
      response: { allowed: true, patchType: 'JSONPatch', status: { code: 200 } },
    })
    expect(await manager.webhooks.answer(validate, review(creation()))).toEqual({ code: 404 })
    await expect(manager.webhooks.review(validate, review(creation()))).rejects.toThrow(
      `no webhook is registered at ${validate}, but at ${mutate}`,
    )
  })

  test('a validator judges scaling as an update of the object, if it is to', async () => {
    webhookBuilder(manager)
      .for(Deployment)
      .validates(
        {
          update({ metadata, spec }, old, { subResource }) {
            if (metadata.labels?.['tier'] !== 'production') return
            const change = `${subResource}: from ${old.spec?.replicas} to ${spec?.replicas}`
            if (spec?.replicas === 1) throw new AdmissionDeniedError(change)
          },
        },
        { scale: true },
      )
      .build()
    const scale = (replicas?: number) =>
      manager.webhooks.review(
        `${validate}-scale`,
        review({ operation: 'UPDATE', subResource: 'scale', object: { spec: { replicas } } }),
      )
    expect(await scale(1)).toMatchObject({
      response: { allowed: false, status: { code: 403, message: 'scale: from 3 to 1' } },
    })
    expect(await scale(2)).toMatchObject({ response: { allowed: true } })
    expect(await scale()).toMatchObject({ response: { allowed: true } })
    expect(webhookConfigurations(manager.webhooks.registered).validating?.webhooks).toMatchObject([
      {
        name: 'scale.vdeployment-v1.kb.io',
        rules: [{ operations: ['UPDATE'], resources: ['deployments/scale'] }],
      },
      { name: 'vdeployment-v1.kb.io', rules: [{ resources: ['deployments'] }] },
    ])
  })

  test('scaling is only judged of what is scaled, and by update()', () => {
    const builder = webhookBuilder(manager).for(Deployment)
    expect(() => builder.validates({ delete: () => {} }, { scale: true })).toThrow('update()')
    const Fixed = defineResource({
      group: 'example.com',
      version: 'v1',
      kind: 'Fixed',
      plural: 'fixed',
      description: 'Not scaled.',
      spec: { type: 'object' },
    })
    const fixed = webhookBuilder(manager).for(Fixed)
    expect(() => fixed.validates({ update: () => {} }, { scale: true })).toThrow(
      'Fixed is not scaled',
    )
  })

  // controller-runtime pkg/builder/webhook_test.go: "should scaffold a custom validating webhook", "… to
  // validate deletes"
  test('a validator is asked at its path', async () => {
    webhookBuilder(manager)
      .for(Deployment)
      .validates({
        create: ({ spec }) => ({
          errors: [invalidField('spec.replicas', spec?.replicas, 'must be even')],
        }),
        delete: (old) => {
          if (old.spec?.replicas !== 0) throw new AdmissionDeniedError('scale it down first')
        },
      })
      .build()
    expect(await manager.webhooks.review(validate, review(creation(1)))).toMatchObject({
      response: {
        allowed: false,
        status: {
          code: 422,
          message:
            'Deployment.apps "foo" is invalid: spec.replicas: Invalid value: 1: must be even',
        },
      },
    })
    expect(await manager.webhooks.review(validate, review(deletion(1)))).toMatchObject({
      response: { allowed: false, status: { code: 403 } },
    })
    expect(await manager.webhooks.review(validate, review(deletion(0)))).toMatchObject({
      response: { allowed: true, status: { code: 200 } },
    })
    expect(await manager.webhooks.answer(mutate, review(creation()))).toEqual({ code: 404 })
  })

  // controller-runtime pkg/builder/webhook_test.go: "should scaffold a custom defaulting and validating
  // webhook with a custom path for each of them", "… with a custom path"
  test('have paths of their own, if so wanted', async () => {
    webhookBuilder(manager)
      .for(Deployment)
      .defaults(withReplicas, { path: '/custom-defaulting_path/v1' })
      .validates({ create: () => {} }, { path: '/custom-validating-path' })
      .build()
    for (const path of ['/custom-defaulting_path/v1', '/custom-validating-path']) {
      expect(await manager.webhooks.review(path, review(creation()))).toMatchObject({
        response: { allowed: true },
      })
    }
    expect(manager.webhooks.has(mutate)).toBe(false)
    expect(manager.webhooks.has(validate)).toBe(false)
  })

  // controller-runtime pkg/builder/webhook_test.go: "should scaffold a custom defaulting webhook which
  // recovers from panics"
  test('deny when they throw, which is counted', async () => {
    const panics = () => {
      throw new RangeError('fake panic test')
    }
    webhookBuilder(manager).for(Deployment).defaults(panics).validates({ create: panics }).build()
    for (const path of [mutate, validate]) {
      expect(await manager.webhooks.review(path, review(creation()))).toMatchObject({
        response: { allowed: false, uid: '07e52e8d', status: { code: 500 } },
      })
    }
    const text = await metrics.registry.metrics()
    expect(text).toMatch(/^controller_runtime_webhook_panics_total 2$/m)
  })

  test('of several kinds stand side by side', () => {
    webhookBuilder(manager).for(Deployment).defaults(withReplicas).build()
    webhookBuilder(manager)
      .for(CronJob)
      .validates({ create: () => {}, update: () => {} })
      .build()
    webhookBuilder(manager)
      .for(ConfigMap)
      .validates({ delete: () => {} })
      .build()
    expect(manager.webhooks.registered).toMatchObject([
      {
        sort: 'mutating',
        path: '/mutate-apps-v1-deployment',
        type: Deployment,
        rules: [
          {
            operations: ['CREATE', 'UPDATE'],
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            resources: ['deployments'],
          },
        ],
      },
      {
        sort: 'validating',
        path: '/validate-batch-v1-cronjob',
        rules: [{ operations: ['CREATE', 'UPDATE'], resources: ['cronjobs'] }],
      },
      {
        sort: 'validating',
        path: '/validate--v1-configmap',
        rules: [{ operations: ['DELETE'], apiGroups: [''], resources: ['configmaps'] }],
      },
    ])
  })

  test('are given the numbers as they were sent', async () => {
    webhookBuilder(manager)
      .for(ConfigMap)
      .defaults((object) => ({ ...object, data: { added: 'x' } }))
      .build()
    const asked = parseJson(
      '{"request":{"operation":"CREATE","object":{"metadata":{},"weight":1.50}}}',
    ) as object
    const { response } = (await manager.webhooks.review('/mutate--v1-configmap', asked)) as {
      response: { patch: string }
    }
    const patch = Buffer.from(response.patch, 'base64').toString()
    expect(JSON.parse(patch)).toEqual([{ op: 'add', path: '/data', value: { added: 'x' } }])
  })
})

describe('a declaration that cannot work is refused', () => {
  const of = () => webhookBuilder(manager).for(Deployment)
  test.each([
    ['nothing declared', () => of().build(), 'no webhook is declared for Deployment'],
    ['a validator without functions', () => of().validates({}), 'create, update or delete'],
    // controller-runtime pkg/builder/webhook_test.go: "should error if both a defaulter and a custom
    // defaulter are set", "… validator …"
    [
      'two defaulters',
      () => of().defaults(withReplicas).defaults(withReplicas),
      'defaults() may only be called once',
    ],
    [
      'two validators',
      () =>
        of()
          .validates({ create: () => {} })
          .validates({ create: () => {} }),
      'validates() may only be called once',
    ],
    [
      'reinvocation of a validator',
      () => of().validates({ create: () => {} }, { reinvocationPolicy: 'IfNeeded' }),
      'reinvocationPolicy is for defaults()',
    ],
    // controller-runtime pkg/builder/webhook.go: generateCustomPath
    ...['', 'relative', '/a b', '/a?b', '/a/'].map((path): [string, () => void, string] => [
      `the path ${JSON.stringify(path)}`,
      () => of().defaults(withReplicas, { path }).build(),
      'does not match this regex: ^((/[a-zA-Z0-9-_]+)+|/)$',
    ]),
    // controller-runtime pkg/webhook/server_test.go: "should panic if a duplicate path is registered"
    [
      'two webhooks at one path',
      () => {
        of().defaults(withReplicas).build()
        of().defaults(withReplicas).build()
      },
      `can't register duplicate path: ${mutate}`,
    ],
    [
      'the path of conversions',
      () => of().defaults(withReplicas, { path: '/convert' }).build(),
      `can't register duplicate path: /convert`,
    ],
  ])('%s', (_name, declare, message) => {
    expect(declare).toThrow(message)
  })
})

test('calls are counted and timed from when the webhook is there', async () => {
  const path = '/any'
  manager.webhooks.admits({ sort: 'validating', path, rules: [], options: {} }, () => allowed())
  const read = async () => (await metrics.registry.metrics()).split('\n')
  expect(await read()).toContain(
    `controller_runtime_webhook_requests_total{webhook="${path}",code="200"} 0`,
  )
  await manager.webhooks.review(path, review({ operation: 'CONNECT' }))
  const lines = await read()
  expect(lines).toContain(
    `controller_runtime_webhook_requests_total{webhook="${path}",code="200"} 1`,
  )
  expect(lines).toContain(`controller_runtime_webhook_latency_seconds_count{webhook="${path}"} 1`)
  expect(lines).toContain(`controller_runtime_webhook_requests_in_flight{webhook="${path}"} 0`)
})

test('nobody waits longer than the API server may', async () => {
  const path = '/never'
  const webhook = { sort: 'validating', path, rules: [], options: {} } as const
  manager.webhooks.admits(webhook, () => new Promise(() => {}))
  const answered = manager.webhooks.review(path, review({}))
  await clock.advance(30_000)
  expect(await answered).toMatchObject({ response: { allowed: false, status: { code: 504 } } })
  expect(clock.pendingTimers).toBe(0)
})

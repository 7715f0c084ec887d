import { silentLogger, systemClock } from '@fairlead/base'
import { ConfigMap, CronJob } from '@fairlead/kube-types'
import { expect, test } from 'vitest'

import { createMetrics } from '../metrics/metrics.ts'
import { allowed } from './admission-response.ts'
import { webhookBuilder } from './webhook-builder.ts'
import { webhookConfigurations } from './webhook-configurations.ts'
import { WebhookRegistry } from './webhook-registry.ts'

function registry(): WebhookRegistry {
  const metrics = createMetrics().webhook
  return new WebhookRegistry({ clock: systemClock, logger: silentLogger, metrics })
}

const webhook = (name: string, path: string, operations: string[]) => ({
  name,
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { namespace: 'system', name: 'webhook-service', path } },
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  sideEffects: 'None',
  rules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations, resources: ['cronjobs'] }],
})

// kubebuilder docs/book/src/cronjob-tutorial/testdata/project/config/webhook/manifests.yaml
test('are those of kubebuilder', () => {
  const webhooks = registry()
  webhookBuilder({ webhooks })
    .for(CronJob)
    .defaults((object) => object)
    .validates({ create: () => {}, update: () => {}, delete: () => {} })
    .build()
  expect(webhookConfigurations(webhooks.registered)).toEqual({
    mutating: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'mutating-webhook-configuration' },
      webhooks: [webhook('mcronjob-v1.kb.io', '/mutate-batch-v1-cronjob', ['CREATE', 'UPDATE'])],
    },
    validating: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'validating-webhook-configuration' },
      webhooks: [
        webhook('vcronjob-v1.kb.io', '/validate-batch-v1-cronjob', ['CREATE', 'UPDATE', 'DELETE']),
      ],
    },
  })
})

// controller-tools pkg/webhook/testdata/valid/manifests.yaml
test('say what was said of them, and are sorted', () => {
  const webhooks = registry()
  webhookBuilder({ webhooks })
    .for(CronJob)
    .defaults((object) => object, {
      name: 'default.cronjob.example.com',
      timeoutSeconds: 5,
      reinvocationPolicy: 'IfNeeded',
      failurePolicy: 'Ignore',
      sideEffects: 'NoneOnDryRun',
      objectSelector: { matchLabels: { watched: 'yes' } },
      path: '/elsewhere',
    })
    .build()
  webhookBuilder({ webhooks })
    .for(ConfigMap)
    .defaults((object) => object, { name: 'a.b.c' })
    .build()
  const { mutating, validating } = webhookConfigurations(webhooks.registered, {
    service: { namespace: 'databases', name: 'operator', port: 9443 },
    caBundle: 'PEM',
    names: { mutating: 'databases' },
  })
  expect(validating).toBeUndefined()
  expect(mutating?.metadata.name).toBe('databases')
  expect(mutating?.webhooks?.map(({ name }) => name)).toEqual([
    'a.b.c',
    'default.cronjob.example.com',
  ])
  expect(mutating?.webhooks?.[1]).toEqual({
    ...webhook('default.cronjob.example.com', '/elsewhere', ['CREATE', 'UPDATE']),
    clientConfig: {
      caBundle: 'UEVN',
      service: { namespace: 'databases', name: 'operator', path: '/elsewhere', port: 9443 },
    },
    timeoutSeconds: 5,
    reinvocationPolicy: 'IfNeeded',
    failurePolicy: 'Ignore',
    sideEffects: 'NoneOnDryRun',
    objectSelector: { matchLabels: { watched: 'yes' } },
  })
})

test('two webhooks of one name, and one without a name, are refused', () => {
  const webhooks = registry()
  const validator = { create: () => {} }
  for (const path of ['/a', '/b']) {
    webhookBuilder({ webhooks }).for(CronJob).validates(validator, { path }).build()
  }
  expect(() => webhookConfigurations(webhooks.registered)).toThrow(
    'two validating webhooks are named vcronjob-v1.kb.io',
  )
  const other = registry()
  other.admits({ sort: 'mutating', path: '/all', rules: [], options: {} }, () => allowed())
  expect(() => webhookConfigurations(other.registered)).toThrow(
    'the webhook at /all is for no one kind: give it the option name',
  )
})

test('there are none without webhooks', () => {
  expect(webhookConfigurations([])).toEqual({})
})

import type { CustomResourceDefinitionObject } from '@fairlead/kube-core'
import { expect, test } from 'vitest'

import { conversionDefinitions } from './conversion-definitions.ts'

const crd = (conversion: object) =>
  ({
    metadata: { name: 'jobs.example.com' },
    spec: { group: 'example.com', conversion },
  }) as unknown as CustomResourceDefinitionObject

const registered = (conversion: object) => [
  { sort: 'conversion', path: '/convert', crd: crd(conversion) } as const,
  { sort: 'mutating', path: '/mutate', rules: [], options: {} } as const,
]

test('name the Service that converts', () => {
  const placeholder = {
    service: { namespace: 'system', name: 'webhook-service', path: '/convert' },
  }
  const webhook = { conversionReviewVersions: ['v1'], clientConfig: placeholder }
  const found = registered({ strategy: 'Webhook', webhook })
  expect(conversionDefinitions(found)).toEqual([crd({ strategy: 'Webhook', webhook })])
  expect(
    conversionDefinitions(found, {
      service: { namespace: 'databases', name: 'operator', port: 9443 },
      caBundle: 'PEM',
    }),
  ).toEqual([
    crd({
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: {
          service: { namespace: 'databases', name: 'operator', path: '/convert', port: 9443 },
          caBundle: 'UEVN',
        },
      },
    }),
  ])
})

test('stay as they are where no webhook is needed', () => {
  expect(conversionDefinitions(registered({ strategy: 'None' }))).toEqual([
    crd({ strategy: 'None' }),
  ])
})

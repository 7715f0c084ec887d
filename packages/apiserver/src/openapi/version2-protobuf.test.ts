import { expect, it } from 'vitest'

import { version2Protobuf } from './version2-protobuf.ts'

const document = {
  swagger: '2.0',
  info: { title: 'T', version: 'v1' },
  paths: {
    '/things/{name}': {
      get: {
        description: 'reads',
        operationId: 'readThing',
        consumes: ['*/*'],
        produces: ['application/json'],
        schemes: ['https'],
        tags: ['things'],
        responses: { '200': { description: 'OK', schema: { $ref: '#/definitions/Thing' } } },
        'x-kubernetes-action': 'get',
        'x-kubernetes-group-version-kind': { group: 'example.com', kind: 'Thing', version: 'v1' },
      },
      put: {
        parameters: [
          { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/Thing' } },
          { $ref: '#/parameters/dryRun' },
        ],
        responses: { '200': { description: 'OK' } },
      },
      parameters: [{ name: 'name', in: 'path', required: true, type: 'string', uniqueItems: true }],
    },
  },
  definitions: {
    Thing: {
      type: 'object',
      description: 'A thing.',
      required: ['spec'],
      properties: {
        spec: {
          type: 'object',
          default: {},
          properties: {
            size: {
              type: 'integer',
              format: 'int32',
              minimum: 1,
              maximum: 9.5,
              exclusiveMaximum: true,
            },
            names: {
              type: 'array',
              maxItems: 300,
              items: { type: 'string', enum: ['a', 'b'], pattern: '^.$' },
            },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            free: { type: 'object', additionalProperties: true },
          },
        },
      },
      'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Thing', version: 'v1' }],
    },
  },
  parameters: {
    dryRun: {
      name: 'dryRun',
      in: 'query',
      type: 'string',
      uniqueItems: true,
      description: 'whether',
    },
  },
  security: [{ BearerToken: [] }],
  securityDefinitions: {
    BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'a token' },
  },
}

// What gnostic-models 0.6.8 parses the document to, marshalled by protobuf-go 1.35.
const expected = [
  'CgMyLjASBwoBVBICdjFC5AIS4QIKDi90aGluZ3Mve25hbWV9Es4CEtMBCgZ0aGluZ3MaBXJlYWRzKglyZWFkVGhpbmcy',
  'EGFwcGxpY2F0aW9uL2pzb246AyovKkooCiYKAzIwMBIfCh0KAk9LEhcKFQoTIy9kZWZpbml0aW9ucy9UaGluZ1IFaHR0',
  'cHNqHQoTeC1rdWJlcm5ldGVzLWFjdGlvbhIGEgRnZXQKalAKH3gta3ViZXJuZXRlcy1ncm91cC12ZXJzaW9uLWtpbmQS',
  'LRIrZ3JvdXA6IGV4YW1wbGUuY29tCmtpbmQ6IFRoaW5nCnZlcnNpb246IHYxChpVQikKJwolEgRib2R5GgRib2R5IAEq',
  'FQoTIy9kZWZpbml0aW9ucy9UaGluZ0IXEhUKEyMvcGFyYW1ldGVycy9kcnlSdW5KDwoNCgMyMDASBgoECgJPS0ofCh0S',
  'GyIZCAESBHBhdGgiBG5hbWUqBnN0cmluZ5gBAUrVAgrSAgoFVGhpbmcSyAIiCEEgdGhpbmcumgEEc3BlY7IBCAoGb2Jq',
  'ZWN0ygHPAQrMAQoEc3BlYxLDASoFEgN7fQqyAQgKBm9iamVjdMoBrQEKLwoEc2l6ZRInEgVpbnQzMjkAAAAAAAAjQEAB',
  'SQAAAAAAAPA/sgEJCgdpbnRlZ2VyCjkKBW5hbWVzEjBwrAKyAQcKBWFycmF5ugEgCh5qA14uJKIBBBICYQqiAQQSAmIK',
  'sgEICgZzdHJpbmcKJQoGbGFiZWxzEhuqAQ0KC7IBCAoGc3RyaW5nsgEICgZvYmplY3QKGAoEZnJlZRIQqgECEAGyAQgK',
  'Bm9iamVjdPoBVgofeC1rdWJlcm5ldGVzLWdyb3VwLXZlcnNpb24ta2luZBIzEjEtIGdyb3VwOiBleGFtcGxlLmNvbQog',
  'IGtpbmQ6IFRoaW5nCiAgdmVyc2lvbjogdjEKUjMKMQoGZHJ5UnVuEicSJRojEgVxdWVyeRoHd2hldGhlciIGZHJ5UnVu',
  'MgZzdHJpbmegAQFiEQoPCgtCZWFyZXJUb2tlbhIAajsKOQoLQmVhcmVyVG9rZW4SKhIoCgZhcGlLZXkSDWF1dGhvcml6',
  'YXRpb24aBmhlYWRlciIHYSB0b2tlbg==',
].join('')

it('writes a document of OpenAPI v2 as gnostic does', () => {
  expect(version2Protobuf(document).toString('base64')).toBe(expected)
})

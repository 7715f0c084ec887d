import { Type } from 'typebox'
import { counterStatus } from './counter-status.ts'
import { credentialStatus } from './credential-status.ts'
import { atomicList, choice, flag, integer, object, text } from './fields.ts'
import { dateTime, objectName } from './formats.ts'
import { knowledgeReport } from './knowledge-status.ts'
import { unpricedModels } from './unpriced-models.ts'

/** One of `status.replicas[].problems`. */
export const problem = object('A resource that the replica cannot use.', {
  kind: text('Kind of the resource.', { min: 1, max: 63 }),
  namespace: text('Namespace of the resource.', { max: 63 }),
  name: text('Name of the resource.', { max: 253 }),
  reason: text('Machine-readable reason in CamelCase.', { min: 1, max: 128 }),
  message: text('Human-readable explanation; never contains a secret value.', { max: 4096 }),
})

const providerHealth = object('Health of a provider, as observed by the replica.', {
  namespace: text('Namespace of the provider.', { max: 63 }),
  name: text('Name of the provider.', { max: 253 }),
  health: choice('Result of the most recent calls; Unknown before the first one.', [
    'Healthy',
    'Unreachable',
    'Unauthorized',
    'RateLimited',
    'Unknown',
  ]),
  message: Type.Optional(
    text('Human-readable explanation; never contains a secret value.', { max: 4096 }),
  ),
  credentials: Type.Optional(
    atomicList('Credentials that calls have shown something of.', credentialStatus, { max: 32 }),
  ),
})

/** One of `status.replicas`. */
export const replica = object('State of one replica of the gateway.', {
  name: objectName('Name of the replica, unique within the gateway.'),
  address: Type.Optional(text('Address of the replica.', { max: 512 })),
  configHash: text('Hash of the configuration that the replica runs.', { max: 128 }),
  configGeneration: Type.Optional(
    integer('Number of times the replica has loaded a new configuration.', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  ),
  reportedAt: dateTime('When the replica last reported.'),
  ready: flag('Whether the replica serves calls.'),
  version: Type.Optional(text('Version of Fairlead that the replica runs.', { max: 128 })),
  problems: Type.Optional(
    atomicList('Resources that the replica cannot use, at most 64.', problem, { max: 64 }),
  ),
  providers: Type.Optional(
    atomicList('Health of the providers, as observed by the replica.', providerHealth, {
      max: 256,
    }),
  ),
  counters: Type.Optional(
    atomicList(
      'Counters of UsagePolicies, the fullest ones, at most 64.',
      object('How a counter of a UsagePolicy stands.', {
        policy: text('The UsagePolicy, as namespace/name.', { min: 1, max: 317 }),
        ...counterStatus,
        overshoot: text(
          'What holders that died had not settled: at most by so much can the limit have been exceeded. Replicas that share a store give the same.',
          { max: 32 },
        ),
        runningOvershoot: Type.Optional(
          text(
            'What running calls of this replica may use beyond what is set aside for them. Defaults to 0.',
            { max: 32 },
          ),
        ),
      }),
      { max: 64 },
    ),
  ),
  unpriced: Type.Optional(unpricedModels()),
  knowledge: Type.Optional(
    atomicList('Knowledge bases as the replica has them, at most 64.', knowledgeReport, {
      max: 64,
    }),
  ),
  stateStore: Type.Optional(
    object('The store of the counters, as observed by the replica.', {
      name: Type.Optional(
        text(
          'Tells the stores apart: replicas that share one give the same name, and report the same counters. Defaults to the name of the replica.',
          { min: 1, max: 253 },
        ),
      ),
      available: flag('Whether it answers.'),
      message: Type.Optional(
        text('Human-readable explanation; never contains a secret value.', { max: 4096 }),
      ),
    }),
  ),
})

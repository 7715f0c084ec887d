import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { atomicList, choice, integer, object, setList, text, typed } from './schema/fields.ts'
import { dateTime, decimal } from './schema/formats.ts'
import { unpricedModels } from './schema/unpriced-models.ts'
import { targetReferences, targetStatuses } from './schema/policy-attachment.ts'

const tokenPrices = {
  input: Type.Optional(decimal('Input. Without it the price of input is not known.')),
  cachedInput: Type.Optional(decimal('Input read from a cache. Defaults to the price of input.')),
  cacheWrite: Type.Optional(decimal('Input written to a cache. Defaults to the price of input.')),
  cacheWrite1h: Type.Optional(
    decimal(
      'Input written to a cache that keeps it for an hour. Defaults to the price of cacheWrite.',
    ),
  ),
  output: Type.Optional(decimal('Output. Without it the price of output is not known.')),
  reasoning: Type.Optional(decimal('Output that is reasoning. Defaults to the price of output.')),
  audioInput: Type.Optional(decimal('Audio in the input. Defaults to the price of input.')),
  audioOutput: Type.Optional(decimal('Audio in the output. Defaults to the price of output.')),
}

const price = object(
  'What tokens of some models cost.',
  {
    providers: setList(
      'Names of LLMProviders, of the same namespace or as namespace/name. Defaults to all.',
      text('Name of an LLMProvider, or namespace/name.', { min: 1, max: 317 }),
      { max: 64, default: [] },
    ),
    models: setList(
      "The providers' own names of models, exact or with a trailing *. Defaults to all.",
      text('A model name, or a prefix of one followed by *.', {
        min: 1,
        max: 256,
        pattern: '^[^\\s*]*\\*?$',
      }),
      { max: 256, default: [] },
    ),
    effectiveFrom: Type.Optional(dateTime('When the price begins to hold. Defaults to always.')),
    effectiveUntil: Type.Optional(dateTime('When it no longer holds. Defaults to never.')),
    perMillion: object('US dollars per million tokens, as decimals.', tokenPrices, { default: {} }),
    perRequest: decimal('US dollars for each call. Defaults to 0.', { default: '0' }),
    tiers: atomicList(
      'Prices of calls with much input, ascending; the last one that a call exceeds holds for all of its tokens. What a tier leaves out stays as it is. Defaults to none.',
      object('Prices of calls with more input than a number of tokens.', {
        aboveInputTokens: integer('The number of tokens, those of caches included.', {
          min: 1,
          max: 100_000_000,
        }),
        ...tokenPrices,
      }),
      { max: 8, default: [] },
    ),
  },
  {
    rules: [
      {
        rule: '!has(self.effectiveFrom) || !has(self.effectiveUntil) || self.effectiveFrom < self.effectiveUntil',
        message: 'effectiveUntil must be later than effectiveFrom',
      },
    ],
  },
)

const spec = object('What tokens cost on a gateway.', {
  targetRefs: targetReferences(
    'The LLMGateways that it is for. On each of them one PriceBook applies: the oldest one.',
    ['LLMGateway'],
  ),
  catalogue: choice(
    'BuiltIn: models without a price of their own have the one of the catalogue that Fairlead brings; None: their price is not known. Defaults to BuiltIn.',
    ['BuiltIn', 'None'],
    { default: 'BuiltIn' },
  ),
  markupPercent: decimal(
    'Added to what every call costs, in percent; at most 1000. Defaults to 0.',
    {
      default: '0',
    },
  ),
  prices: atomicList(
    "Prices; the first that matches and is in effect holds, then spec.models[].price of the LLMProvider, then the catalogue's. Defaults to none.",
    price,
    { max: 256, default: [] },
  ),
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs, Enforced and Priced.'),
  targets: targetStatuses(),
  unpriced: Type.Optional(unpricedModels()),
})

export type PriceBookSpec = Static<typeof spec>
export type PriceBookStatus = Static<typeof status>
export type PriceBookPrice = Static<typeof price>
export type PriceBook = Resource<PriceBookSpec, PriceBookStatus>

/** What tokens cost here. */
export const PriceBook = defineResource({
  group,
  version,
  kind: 'PriceBook',
  plural: 'pricebooks',
  shortNames: ['llmprice'],
  categories,
  description: 'What tokens cost: own prices, the built-in catalogue, tiers, markup.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    { name: 'Catalogue', type: 'string', jsonPath: '.spec.catalogue' },
    conditionColumn('Accepted'),
    conditionColumn('Priced'),
    ageColumn,
  ],
})

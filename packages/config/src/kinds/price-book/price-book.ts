import { LLMGateway, LLMProvider, PriceBook, type PriceBookPrice } from '@fairlead/api'
import type { PriceBookSettings, PriceEntry, TokenPrices } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { enforcedConditionType } from '../../judging/policy-attachment.ts'
import { qualified } from '../../judging/policy-match.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'

const dollarsMax = 1_000_000

/** On each gateway one book applies. */
export const priceBook: KindCompiler<PriceBook, PriceBookSettings> = {
  type: PriceBook,
  references: [LLMGateway, LLMProvider],
  conditionTypes: [
    {
      ...enforcedConditionType,
      reasons: { True: ['Enforced'], False: ['Pending', 'NoReplicas', 'NotEnforced'] },
    },
    {
      type: 'Priced',
      reasons: { True: ['Priced'], False: ['UnpricedModels'], Unknown: ['NoReplicas'] },
    },
  ],
  compile: compileBook,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: (settings, passes) =>
      narrowedBook(settings, (key) => passes({ kind: LLMGateway.kind, key })),
  },
  claims: {
    of: ({ gateways }) => gateways.map((key) => ({ subject: key, name: key })),
    without: (settings, lost) => narrowedBook(settings, (key) => !lost.has(key)),
    describeLoss: (_, winner) => `the prices of ${winner}, apply instead`,
    refuses: true,
  },
  contribute: (members) => ({ priceBooks: members.map(({ settings }) => settings) }),
}

function narrowedBook(
  settings: PriceBookSettings,
  passes: (gateway: string) => boolean,
): PriceBookSettings | undefined {
  const gateways = settings.gateways.filter(passes)
  if (gateways.length === 0) return undefined
  return gateways.length === settings.gateways.length ? settings : { ...settings, gateways }
}

function compileBook(book: PriceBook, findings: Findings): PriceBookSettings {
  const { targetRefs, catalogue, markupPercent, prices } = book.spec
  checkAtMost(markupPercent, 1000, 'spec.markupPercent', findings)
  return {
    ...identityOf(book),
    gateways: targetRefs.flatMap(
      ({ name }, index) =>
        findings.resolve(LLMGateway, { name }, `spec.targetRefs[${index}]`) ?? [],
    ),
    catalogue,
    markupPercent,
    prices: prices.map((price, index) =>
      compilePrice(price, namespaceOf(book), `spec.prices[${index}]`, findings),
    ),
  }
}

function compilePrice(
  price: PriceBookPrice,
  namespace: string,
  path: string,
  findings: Findings,
): PriceEntry {
  for (const [index, tier] of price.tiers.entries()) {
    const before = price.tiers[index - 1]?.aboveInputTokens ?? 0
    if (tier.aboveInputTokens <= before) {
      findings.reject(`${path}.tiers[${index}].aboveInputTokens: tiers must ascend`)
    }
  }
  for (const [index, name] of price.providers.entries()) {
    // one of another namespace may be served by the gateway all the same
    if (!name.includes('/')) findings.resolve(LLMProvider, { name }, `${path}.providers[${index}]`)
  }
  checkPrices(price, path, findings)
  const effectiveFromMs = timeOf(price.effectiveFrom, `${path}.effectiveFrom`, findings)
  const effectiveUntilMs = timeOf(price.effectiveUntil, `${path}.effectiveUntil`, findings)
  if ((effectiveFromMs ?? -Infinity) >= (effectiveUntilMs ?? Infinity)) {
    findings.reject(`${path}.effectiveUntil: must be later than effectiveFrom`)
  }
  return {
    providers: qualified(price.providers, namespace),
    models: frozenCopy(price.models),
    effectiveFromMs,
    effectiveUntilMs,
    price: pricesOf(price.perMillion),
    perRequest: price.perRequest,
    tiers: price.tiers.map((tier) => ({
      aboveInputTokens: tier.aboveInputTokens,
      ...pricesOf(tier),
    })),
  }
}

/** No price is more than a dollar a token, and no call more than a million dollars. */
function checkPrices(price: PriceBookPrice, path: string, findings: Findings): void {
  checkAtMost(price.perRequest, dollarsMax, `${path}.perRequest`, findings)
  const groups = [
    { at: `${path}.perMillion`, prices: pricesOf(price.perMillion) },
    ...price.tiers.map((tier, index) => ({
      at: `${path}.tiers[${index}]`,
      prices: pricesOf(tier),
    })),
  ]
  for (const { at, prices } of groups) {
    for (const [name, dollars] of Object.entries(prices) as [string, string | undefined][]) {
      if (dollars !== undefined) checkAtMost(dollars, dollarsMax, `${at}.${name}`, findings)
    }
  }
}

function checkAtMost(decimal: string, most: number, path: string, findings: Findings): void {
  if (Number(decimal) <= most) return
  findings.reject(`${path}: ${decimal} must be a decimal of at most ${most}`)
}

function timeOf(text: string | undefined, path: string, findings: Findings): number | undefined {
  if (text === undefined) return undefined
  const timeMs = Date.parse(text)
  if (!Number.isNaN(timeMs)) return timeMs
  findings.reject(`${path}: ${JSON.stringify(text)} is not an RFC 3339 time`)
  return undefined
}

function pricesOf(prices: PriceBookPrice['perMillion']): TokenPrices {
  const { input, cachedInput, cacheWrite, cacheWrite1h, audioInput } = prices
  const { output, reasoning, audioOutput } = prices
  return {
    input,
    cachedInput,
    cacheWrite,
    cacheWrite1h,
    output,
    reasoning,
    audioInput,
    audioOutput,
  }
}

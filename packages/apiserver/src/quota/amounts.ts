import { objectOrEmpty } from '@fairlead/base'
import { formatQuantity, parseQuantity, type Quantity } from '@fairlead/kube-core'

/** Amounts by resource, as `requests` and `limits` have them. */
export type Amounts = ReadonlyMap<string, Quantity>

/** Reads a ResourceList; what is not a quantity is left to validation. */
export function parseAmounts(list: unknown): Amounts {
  const amounts = new Map<string, Quantity>()
  for (const [name, value] of Object.entries(objectOrEmpty(list))) {
    try {
      amounts.set(name, parseQuantity(String(value)))
    } catch {
      continue
    }
  }
  return amounts
}

/** A number of things. */
export function count(amount: number): Quantity {
  return { nano: BigInt(amount) * 1_000_000_000n, value: amount, format: 'DecimalSI' }
}

/** The sum of two, by resource. */
export function sum(one: Amounts, other: Amounts): Amounts {
  return merged(one, other, (a, b) => plus(a, b.nano, b.format))
}

/** What one has more than the other, by resource of the first; never less than nothing. */
export function excess(one: Amounts, other: Amounts): Amounts {
  return new Map(
    [...one].map(([name, amount]) => {
      const less = other.get(name)?.nano ?? 0n
      return [name, less > amount.nano ? count(0) : plus(amount, -less, amount.format)] as const
    }),
  )
}

/** The greater of two, by resource. */
export function most(one: Amounts, other: Amounts): Amounts {
  return merged(one, other, (a, b) => (a.nano >= b.nano ? a : b))
}

/** Those of some resources. */
export function masked(amounts: Amounts, names: Iterable<string>): Amounts {
  const wanted = new Set(names)
  return new Map([...amounts].filter(([name]) => wanted.has(name)))
}

/** As a ResourceList, with its names in order. */
export function resourceList(amounts: Amounts): Record<string, string> {
  const sorted = [...amounts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, amount]) => [name, formatQuantity(amount)]))
}

/** As Go does it: nothing plus an amount is written as the amount is. */
function plus(amount: Quantity, nano: bigint, format: Quantity['format']): Quantity {
  const total = amount.nano + nano
  return {
    nano: total,
    value: Number(total) / 1e9,
    format: amount.nano === 0n ? format : amount.format,
  }
}

function merged(
  one: Amounts,
  other: Amounts,
  both: (a: Quantity, b: Quantity) => Quantity,
): Amounts {
  const result = new Map(one)
  for (const [name, amount] of other) {
    const known = result.get(name)
    result.set(name, known === undefined ? amount : both(known, amount))
  }
  return result
}

import { goQuote } from '../go-quote.ts'
import { errors } from '../status-error.ts'
import { parseLabelRequirements } from './label-selector-parser.ts'
import { formatRequirement, labelRequirement, matchesRequirement } from './label-requirement.ts'
import type { LabelOperator, LabelRequirement } from './label-requirement.ts'

/** A conjunction of terms. `toString` returns the form for `?labelSelector=`. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[]
  /** Whether it has no terms: an empty selector matches everything. */
  readonly empty: boolean
  matches(labels: Readonly<Record<string, string>> | undefined): boolean
  toString(): string
}

/** The form of a selector inside objects (`metav1.LabelSelector`). */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>
  matchExpressions?: LabelSelectorExpression[]
}

export interface LabelSelectorExpression {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  values?: string[]
}

/**
 * Parses `a=b,c in (d,e),!f`. Throws a bad request (`StatusError`, 400) with the API server's
 * wording.
 */
export function parseLabelSelector(text: string): LabelSelector {
  return selectorOf(parseLabelRequirements(text))
}

/** Builds a selector from the form inside objects; throws a bad request if it is not valid. */
export function labelSelectorFrom(spec: LabelSelectorSpec): LabelSelector {
  const labels = Object.entries(spec.matchLabels ?? {})
  const expressions = spec.matchExpressions ?? []
  return selectorOf([
    ...labels.map(([key, value]) => labelRequirement(key, '=', [value])),
    ...expressions.map((expression) => requirementFrom(expression)),
  ])
}

const operators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

function requirementFrom({ key, operator, values }: LabelSelectorExpression): LabelRequirement {
  const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (known === undefined) {
    throw errors.badRequest(`${goQuote(String(operator))} is not a valid label selector operator`)
  }
  return labelRequirement(key, known, values ?? [])
}

function selectorOf(unsorted: readonly LabelRequirement[]): LabelSelector {
  const requirements = unsorted.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return {
    requirements,
    empty: requirements.length === 0,
    matches: (labels = {}) =>
      requirements.every((requirement) => matchesRequirement(requirement, labels)),
    toString: () => requirements.map(formatRequirement).join(','),
  }
}

import type { ValidationRule } from '../schema/structural-schema.ts'

/** A rule for an object: one of these fields is given, and no other. In controller-gen's words. */
export function exactlyOneOf(...fields: readonly string[]): ValidationRule {
  return counting(fields, '== 1', 'exactly one of', 'must be set')
}

/** A rule for an object: at most one of these fields is given. In controller-gen's words. */
export function atMostOneOf(...fields: readonly string[]): ValidationRule {
  return counting(fields, '<= 1', 'at most one of', 'may be set')
}

/** A rule for an object: at least one of these fields is given. In controller-gen's words. */
export function atLeastOneOf(...fields: readonly string[]): ValidationRule {
  return counting(fields, '>= 1', 'at least one of', 'must be set')
}

/** A rule for a field: it stays as it is while it is there. In controller-gen's words. */
export function immutable(): ValidationRule {
  return { rule: 'self == oldSelf', message: 'field is immutable' }
}

/** A rule for an object: an optional field that is given is not taken away again. */
export function immutableOnceSet(field: string): ValidationRule {
  return {
    rule: `!has(oldSelf.${field}) || has(self.${field})`,
    message: `field ${field} is immutable once set`,
  }
}

function counting(
  fields: readonly string[],
  condition: string,
  amount: string,
  end: string,
): ValidationRule {
  const given = fields.map((field) => `has(self.${field})`).join(',')
  return {
    rule: `[${given}].filter(x,x==true).size() ${condition}`,
    message: `${amount} the fields in [${fields.join(' ')}] ${end}`,
  }
}

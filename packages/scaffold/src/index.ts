export { isOperatorAction, operatorCommand } from './operator-command.ts'
export { createOperator } from './create-operator.ts'
export { ScaffoldError, ScaffoldUsageError } from './scaffold-error.ts'

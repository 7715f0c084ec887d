import {
  adminRules,
  editRules,
  operatorRules,
  type PolicyRule,
  viewRules,
} from '@fairlead/operator'
import { stringify } from 'yaml'

/** Where the chart has the rules of its roles, relative to the repository. */
export const roleFilesFolder = 'charts/fairlead/files'

/** The rules of the chart's roles as files: name → YAML. */
export function roleFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['operator-rules.yaml', rulesText(operatorRules)],
    ['view-rules.yaml', rulesText(viewRules)],
    ['edit-rules.yaml', rulesText(editRules)],
    ['admin-rules.yaml', rulesText(adminRules)],
  ])
}

function rulesText(rules: readonly PolicyRule[]): string {
  const options = { aliasDuplicateObjects: false, singleQuote: true }
  return `# Written by npm run generate:chart; change the rules instead.\n${stringify(rules, options)}`
}

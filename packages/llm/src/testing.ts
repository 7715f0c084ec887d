export { lineDialect } from './testing/line-dialect.ts'

export { fileError } from '../protocol/file-error';

/** The page: try scores and searches out, and see what they cost. */
import { render } from 'preact';
import { App } from './app.tsx';
import { takeKeyFromAddress } from './key.ts';
import './style.css';

takeKeyFromAddress();
const page = document.getElementById('page');
if (page !== null) render(<App />, page);

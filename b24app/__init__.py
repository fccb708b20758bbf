"""Deal Payments: a Payments tab for Bitrix24 CRM cards."""
